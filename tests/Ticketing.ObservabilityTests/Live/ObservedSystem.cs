using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Live;

/// <summary>The system as it is deployed, without containers: MariaDB, Redis, two replicas of the API, the edge before them, Prometheus and Alertmanager.</summary>
public class ObservedSystem : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly TemporaryFolder _folder = new();

    /// <summary>A server of its own, because these tests stop it and change its settings.</summary>
    public MariaDbProcess Database { get; private set; } = null!;

    public IReadOnlyList<ApiProcess> Replicas { get; private set; } = [];

    public HaproxyServer Edge { get; private set; } = null!;

    public PrometheusServer Prometheus { get; private set; } = null!;

    public AlertmanagerServer Alertmanager { get; private set; } = null!;

    /// <summary>Those who are told of alerts.</summary>
    public Receivers Receivers { get; private set; } = null!;

    public string ConnectionString => Database.ConnectionString + ";Database=ticketing";

    public async Task InitializeAsync()
    {
        try
        {
            await StartAsync();
        }
        catch (Exception exception)
        {
            var said = string.Join(Environment.NewLine, Replicas.Select(replica => replica.Output));
            await DisposeAsync(); // xunit does not, after this
            throw new InvalidOperationException($"The system did not start. Its replicas say:{Environment.NewLine}{said}", exception);
        }
    }

    protected virtual async Task StartAsync()
    {
        Database = Keep(await MariaDbProcess.StartAsync());
        var redis = Keep(await RedisServer.StartAsync());
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = ConnectionString,
            ["ConnectionStrings__Redis"] = redis.ConnectionString,
            ["Log__Level"] = "Warning",
        };
        Replicas = [Keep(await ApiProcess.StartAsync(settings)), Keep(await ApiProcess.StartAsync(settings))];
        Edge = Keep(await HaproxyServer.StartAsync(Replicas.Select(replica => replica.Address)));
        Receivers = Keep(new Receivers());
        Alertmanager = Keep(await AlertmanagerServer.StartAsync(Receivers.SettingsWith(_folder)));
        Prometheus = Keep(await PrometheusServer.StartAsync(Alertmanager.Address, Edge.MetricsAddress, [.. Replicas.Select(replica => replica.Address)]));
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Starts one more replica, which Prometheus does not scrape.</summary>
    public async Task<ApiProcess> AddReplicaAsync() =>
        Keep(await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = ConnectionString, ["Log__Level"] = "Warning" }));

    /// <summary>Waits until the firing alerts are as expected.</summary>
    /// <exception cref="TimeoutException">They are not; the message says what was waited for, and what is raised instead.</exception>
    public Task EventuallyAsync(string what, Func<IReadOnlyList<RaisedAlert>, bool> holds, TimeSpan patience) => Eventually.GetAsync(
        Prometheus.AlertsAsync, holds, patience, alerts => string.Join(", ", alerts.Select(alert => $"{alert.Name} {alert.State}")), what);

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
