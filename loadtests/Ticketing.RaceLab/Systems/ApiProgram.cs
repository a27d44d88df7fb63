using System.Runtime.InteropServices;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Systems;

/// <summary>The programs that the lab starts, and where they are.</summary>
/// <param name="Folder">The folder of its project.</param>
/// <param name="Name">The project, and the dll.</param>
public sealed record ApiProgram(string Folder, string Name)
{
    /// <summary>The product.</summary>
    public static ApiProgram Product { get; } = new("src", "Ticketing.Api");

    /// <summary>The hand-written API that the product is compared with.</summary>
    public static ApiProgram Baseline { get; } = new("loadtests", "Ticketing.Baseline");

    /// <summary>Release, or Debug, as the lab itself was built.</summary>
    public const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    private static bool _arePublished;

    /// <summary>Another build of it, as a dll; null for the one of this checkout.</summary>
    public string? Build { get; init; }

    /// <summary>The warm-up of a container, for published programs; null for the program's default on a terminal.</summary>
    public static string? WarmUpSeconds => _arePublished ? "15" : null;

    /// <summary>How the programs were built, for reports.</summary>
    public static string HowBuilt => _arePublished ? $"{Configuration} build, published with ReadyToRun" : $"{Configuration} build";

    /// <summary>The dll: <see cref="Build"/>, the published one if <see cref="PublishAsync"/> has run, or the one that was built with the lab.</summary>
    public string Path => Build is not null ? Build
        : _arePublished ? System.IO.Path.Combine(PublishedTo, $"{Name}.dll")
        : Repository.File(Folder, Name, "bin", Configuration, "net10.0", $"{Name}.dll");

    private string PublishedTo => System.IO.Path.Combine(AppContext.BaseDirectory, "published", Name);

    /// <summary>Publishes the programs as for production: compiled ahead of time, so that the first buyers do not wait for the compiler.</summary>
    public static async Task PublishAsync(Action<string> progress)
    {
        foreach (var program in new[] { Product, Baseline })
        {
            progress($"publishing {program.Name}");
            try
            {
                await ManagedProcess.RunAsync(
                    "dotnet", "publish", Repository.File(program.Folder, program.Name), "--configuration", Configuration,
                    "--runtime", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false", "-p:PublishReadyToRun=true",
                    "--output", program.PublishedTo, "--nologo", "--verbosity", "quiet");
            }
            catch (InvalidOperationException exception)
            {
                throw new LabException(exception.Message, exception);
            }
        }

        _arePublished = true;
    }
}
