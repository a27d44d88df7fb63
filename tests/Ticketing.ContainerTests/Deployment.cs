using System.Globalization;
using System.Net.NetworkInformation;
using Ticketing.TestServers;

namespace Ticketing.ContainerTests;

/// <summary>
/// The stack of <c>deploy/docker-compose.yml</c>, with images that are built from <c>deploy/Dockerfile</c>, three replicas, and ports of its own. Without an
/// engine it does nothing, and its tests are skipped.
/// </summary>
public sealed class Deployment : IAsyncLifetime
{
    public const int Replicas = 3;

    private const string Project = "ticketing-test";

    /// <summary>Grafana, k6 and Jaeger are left to the workflow of the repository: no stand-in can be made of them. The others have profiles, which Compose 1 ignores.</summary>
    private static readonly string[] _notHere = ["grafana", "k6", "jaeger", "migrate", "binlog", "backup", "restore"];

    private static readonly TimeSpan _startTimeout = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    /// <summary>Seen through Nginx, with the page.</summary>
    public HttpClient FrontDoor { get; private set; } = null!;

    /// <summary>The API without the page.</summary>
    public HttpClient Api { get; private set; } = null!;

    public HttpClient Prometheus { get; private set; } = null!;

    public HttpClient Alertmanager { get; private set; } = null!;

    private string ComposeFile => _folder.File("docker-compose.yml");

    /// <summary>The first part of a Compose command, for this stack.</summary>
    private IReadOnlyList<string> Compose =>
    [
        .. Docker.Compose,
        .. (IEnumerable<string>)(Docker.IsComposeVersion1 ? ["--compatibility"] : []),
        "--project-name", Project, "--project-directory", Repository.File("deploy"), "--file", ComposeFile,
    ];

    public async Task InitializeAsync()
    {
        if (Docker.WhyMissing is not null)
        {
            return;
        }

        await File.WriteAllTextAsync(ComposeFile, ComposeCopy.Of(await File.ReadAllTextAsync(Repository.File("deploy", "docker-compose.yml")), Project));
        FrontDoor = Client("FRONTEND_PORT", 18080);
        Prometheus = Client("PROMETHEUS_PORT", 19090);
        Alertmanager = Client("ALERTMANAGER_PORT", 19093);
        Api = Client("API_PORT", 18000);
        _environment["TAG"] = "test";
        try
        {
            // What a run left behind that was killed.
            await RemoveAsync();
            await ComposeAsync("build", "backend", "edge", "frontend");
            await ComposeAsync("run", "migrate");
            await UpAsync(Replicas);
            await WaitUntilHealthyAsync();
        }
        catch
        {
            // xunit does not dispose a fixture that failed to start.
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        FrontDoor?.Dispose();
        Api?.Dispose();
        Prometheus?.Dispose();
        Alertmanager?.Dispose();
        if (Docker.WhyMissing is null)
        {
            await RemoveAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Runs <c>docker compose</c> on this stack.</summary>
    public Task<string> ComposeAsync(params string[] arguments) => Docker.RunAsync([.. Compose, .. arguments], _environment);

    /// <summary>
    /// Starts what is not running, as <c>docker compose up -d --scale backend=N</c> does. To Compose, podman's containers never look as they were described, and
    /// without <c>--no-recreate</c> it would make all of them again, the database too.
    /// </summary>
    public async Task UpAsync(int replicas)
    {
        var services = (await ComposeAsync("config", "--services")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(_notHere);
        await ComposeAsync(["up", "--detach", "--no-recreate", "--scale", $"backend={replicas}", .. services]);
    }

    /// <summary>Rebuilds the images under another version.</summary>
    public async Task BuildAsync(string version)
    {
        _environment["TAG"] = version;
        await ComposeAsync("build", "backend", "edge", "frontend");
    }

    /// <summary>Runs a script of <c>deploy/</c> on this stack.</summary>
    public Task<string> ScriptAsync(string name) =>
        Docker.RunAsync([Repository.File("deploy", name)], new Dictionary<string, string>(_environment) { ["COMPOSE"] = string.Join(' ', Compose) });

    /// <summary>The containers of a service, or of all, that exist, running or not.</summary>
    public static async Task<IReadOnlyList<Container>> ContainersAsync(string? service = null)
    {
        var filter = service is null ? $"label=com.docker.compose.project={Project}" : $"label=com.docker.compose.service={service}";
        var ids = (await Docker.RunAsync("ps", "--all", "--quiet", "--no-trunc", "--filter", $"label=com.docker.compose.project={Project}", "--filter", filter))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. await Task.WhenAll(ids.Select(Docker.InspectAsync<Container>))];
    }

    /// <summary>Waits until every health check of a running container passes.</summary>
    public static Task<IReadOnlyList<Container>> WaitUntilHealthyAsync() => Eventually.GetAsync(
        () => ContainersAsync(),
        containers => containers.Where(container => container.Service != "migrate").All(container => container.IsHealthy),
        _startTimeout,
        containers => string.Join(", ", containers));

    private HttpClient Client(string setting, int firstPort)
    {
        var port = FreePort(firstPort);
        _environment[setting] = port.ToString(CultureInfo.InvariantCulture);
        return new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>Below the ports that the system gives to outgoing connections.</summary>
    private static int FreePort(int first)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port).ToHashSet();
        return Enumerable.Range(first, 900).First(port => !taken.Contains(port));
    }

    private Task<string> RemoveAsync() => ComposeAsync("down", "--volumes", "--remove-orphans", "--timeout", "60");
}

/// <summary>All tests that use the stack.</summary>
[CollectionDefinition(Name)]
public sealed class StackTestGroup : ICollectionFixture<Deployment>
{
    public const string Name = "stack";
}
