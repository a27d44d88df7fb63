using System.Diagnostics;
using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.ContainerTests;

/// <summary>
/// The client of a Docker engine: of the one that <c>TICKETING_TEST_ENGINE</c> names (<c>tcp://127.0.0.1:2375</c>), else of the one that the client finds by
/// itself, by <c>DOCKER_HOST</c> or its context.
/// </summary>
internal static class Docker
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(8);
    private static readonly Lazy<(IReadOnlyList<string> Compose, string? WhyMissing)> _found = new(() => FindAsync().GetAwaiter().GetResult());

    /// <summary>Null if there is an engine, with Compose; else what is missing.</summary>
    public static string? WhyMissing => _found.Value.WhyMissing;

    /// <summary>Version 1 is a program of its own, which takes the limits of <c>deploy</c> only with <c>--compatibility</c>.</summary>
    public static bool IsComposeVersion1 => _found.Value.Compose.Count == 1;

    /// <summary>The words that a Compose command begins with.</summary>
    public static IReadOnlyList<string> Compose => _found.Value.Compose;

    public static Task<string> RunAsync(params string[] arguments) => RunAsync(["docker", .. arguments], new Dictionary<string, string>());

    /// <summary>Runs a command to its end, and returns what it wrote to its standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var (exitCode, output, error) = await TryAsync(command, environment);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {exitCode}:\n{output}\n{error}");
    }

    /// <summary>What the engine knows of a container or an image.</summary>
    public static async Task<T> InspectAsync<T>(string id) => JsonSerializer.Deserialize<T[]>(await RunAsync("inspect", id))![0];

    private static async Task<(IReadOnlyList<string> Compose, string? WhyMissing)> FindAsync()
    {
        if (ManagedProcess.Find("docker") is null)
        {
            return ([], "Docker's client is not installed. On Debian, tests/engine.sh installs it with an engine.");
        }

        if (!await SucceedsAsync("docker", "info"))
        {
            return ([], "No Docker engine answers. On Debian, tests/engine.sh starts one.");
        }

        if (await SucceedsAsync("docker", "compose", "version"))
        {
            return (["docker", "compose"], null);
        }

        return ManagedProcess.Find("docker-compose") is not null
            ? (["docker-compose"], null)
            : ([], "Docker Compose is not installed.");
    }

    private static async Task<bool> SucceedsAsync(params string[] command) => (await TryAsync(command, new Dictionary<string, string>())).ExitCode == 0;

    private static async Task<(int ExitCode, string Output, string Error)> TryAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Repository.Root,
        };
        if (Environment.GetEnvironmentVariable("TICKETING_TEST_ENGINE") is { Length: > 0 } engine)
        {
            start.Environment["DOCKER_HOST"] = engine;

            // The engines that need this variable have the classic builder only.
            start.Environment["DOCKER_BUILDKIT"] = "0";
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(_timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {_timeout.TotalMinutes} minutes.");
        }
    }
}

/// <summary>A test that needs a Docker engine; it is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EngineFactAttribute : FactAttribute
{
    public EngineFactAttribute() => Skip = Docker.WhyMissing;
}

/// <inheritdoc cref="EngineFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EngineTheoryAttribute : TheoryAttribute
{
    public EngineTheoryAttribute() => Skip = Docker.WhyMissing;
}
