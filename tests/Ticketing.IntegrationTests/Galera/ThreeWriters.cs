using System.Globalization;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Galera;

/// <summary>Three API processes, each with a node of one Galera cluster to itself.</summary>
public sealed class ThreeWriters : IAsyncLifetime
{
    private readonly List<ApiProcess> _processes = [];
    private GaleraCluster? _cluster;

    public Uri[] Addresses => [.. _processes.Select(process => process.Address)];

    public HttpClient Client => _processes[0].Client;

    /// <summary>How to connect to the database, at each node.</summary>
    public IReadOnlyList<string> Databases => [.. _cluster!.Nodes.Select(node => $"{node.ConnectionString};Database=ticketing")];

    public async Task InitializeAsync()
    {
        _cluster = await GaleraCluster.StartAsync();
        foreach (var database in Databases)
        {
            // One after the other: what the first creates has to reach the other nodes.
            _processes.Add(await ApiProcess.StartAsync(new Dictionary<string, string?>
            {
                ["ConnectionStrings__Ticketing"] = database,
                ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
                ["Booking__RetryPauseMilliseconds"] = "25", // as on three replicas of one database
            }));
        }
    }

    /// <summary>Waits until every node has applied what was committed.</summary>
    public Task CatchUpAsync() => Task.WhenAll(_cluster!.Nodes.Select(node => node.CatchUpAsync()));

    /// <summary>Waits until every replica knows an event.</summary>
    public async Task SeenEverywhereAsync(int eventId)
    {
        foreach (var process in _processes)
        {
            await Eventually.HoldsAsync(
                async () => (await process.Client.GetAnswerAsync($"/status?event_id={eventId}")).IsBooked, TimeSpan.FromSeconds(10));
        }
    }

    /// <summary>How many transactions the cluster has rolled back, because they had met one of another node.</summary>
    public async Task<long> ConflictsAsync()
    {
        long conflicts = 0;
        foreach (var node in _cluster!.Nodes)
        {
            foreach (var name in (string[])["wsrep_local_cert_failures", "wsrep_local_bf_aborts"])
            {
                conflicts += long.Parse((await node.StatusAsync(name))!, CultureInfo.InvariantCulture);
            }
        }

        return conflicts;
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
