using Ticketing.TestServers;

namespace Ticketing.RaceLab.Systems;

/// <summary>The programs that the lab starts, and the one place that knows where they are.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Path">The dll.</param>
public sealed record ApiProgram(string Name, string Path)
{
    /// <summary>The product.</summary>
    public static ApiProgram Product { get; } = new("Ticketing.Api", BuiltAlong("src", "Ticketing.Api"));

    /// <summary>The hand-written API that the product is compared with.</summary>
    public static ApiProgram Baseline { get; } = new("Ticketing.Baseline", BuiltAlong("loadtests", "Ticketing.Baseline"));

    /// <summary>Release, or Debug, as the lab itself was built.</summary>
    public const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    private static string BuiltAlong(string folder, string project) =>
        Repository.File(folder, project, "bin", Configuration, "net10.0", $"{project}.dll");
}
