using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>The settings that a deployment gives the program.</summary>
internal static class Settings
{
    /// <summary>Starts the program with them, on a database of its own: it stops at a name that it does not know, and at a wrong value.</summary>
    public static async Task ShouldBeKnownAsync(IReadOnlyDictionary<string, string?> settings)
    {
        using var folder = new TemporaryFolder();
        var ours = settings.Where(setting => !setting.Key.StartsWith("DB_", StringComparison.Ordinal)).ToDictionary();
        ours.Should().NotBeEmpty();
        ours["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("ticketing.db")}";

        await using var program = ApiProcess.Run(ours, "--migrate");
        await program.WaitForExitAsync(TimeSpan.FromSeconds(60));
        program.ExitCode.Should().Be(0, program.Output);
    }
}
