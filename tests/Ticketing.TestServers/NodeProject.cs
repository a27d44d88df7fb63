namespace Ticketing.TestServers;

/// <summary>A folder with a package.json: its packages are restored once, as its lock file says, and its scripts run.</summary>
public sealed class NodeProject(params string[] folder)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    private readonly string _folder = Repository.File(folder);

    /// <summary>Runs a program in the folder, and returns what it wrote.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        await RestoreAsync();
        return await RunHereAsync(program, arguments);
    }

    /// <summary>Starts a program in the folder.</summary>
    public async Task<ManagedProcess> StartAsync(string program, params string[] arguments)
    {
        await RestoreAsync();
        return StartHere(program, arguments);
    }

    private async Task RestoreAsync()
    {
        var lockFile = File.GetLastWriteTimeUtc(Path.Combine(_folder, "package-lock.json"));
        if (File.GetLastWriteTimeUtc(Path.Combine(_folder, "node_modules", ".package-lock.json")) < lockFile)
        {
            await RunHereAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        }
    }

    private ManagedProcess StartHere(string program, string[] arguments) => ManagedProcess.Start(
        ManagedProcess.Find(program) ?? throw new InvalidOperationException($"{program} is not installed: apt-get install nodejs npm"),
        arguments,
        workingDirectory: _folder);

    private async Task<string> RunHereAsync(string program, params string[] arguments)
    {
        await using var process = StartHere(program, arguments);
        await process.WaitForExitAsync(_patience);
        return process.ExitCode == 0
            ? process.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} says:{Environment.NewLine}{process.Output}");
    }
}
