using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Ticketing.RaceLab.Systems;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Reporting;

/// <summary>Where figures come from; without this, they mean nothing.</summary>
public sealed record Provenance(
    string Command, string Date, string Commit, string Machine, string Runtime, string Database, string Build, IReadOnlyDictionary<string, string> Versions)
{
    public static Provenance Of(string command, string database) => new(
        command,
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        CommitId(),
        Systems.Machine.Description,
        RuntimeInformation.FrameworkDescription,
        database,
        ApiProgram.HowBuilt,
        new SortedDictionary<string, string>
        {
            ["HdrHistogram"] = VersionOf(typeof(HdrHistogram.HistogramBase)),
            ["Microsoft.Data.Sqlite"] = VersionOf(typeof(Microsoft.Data.Sqlite.SqliteConnection)),
            ["MySqlConnector"] = VersionOf(typeof(MySqlConnector.MySqlConnection)),
            ["Spectre.Console"] = VersionOf(typeof(Spectre.Console.AnsiConsole)),
        });

    private static string CommitId()
    {
        try
        {
            var commit = Git("rev-parse", "--short=12", "HEAD");
            return Git("status", "--porcelain", "--untracked-files=no").Length == 0 ? commit : $"{commit}, with changes";
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }

    private static string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Repository.Root, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new InvalidOperationException("This is not a Git repository.");
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
