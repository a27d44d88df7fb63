using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Live;

/// <summary>
/// The system after a short load run that produced everything that a panel can show: every strategy sold and sold out, a naive event was
/// oversold, row_version retried, lists were read, and invalid requests were sent.
/// </summary>
public sealed class LoadedSystem : ObservedSystem
{
    private const int Rounds = 4;
    private static readonly TimeSpan _untilScraped = 2.5 * PrometheusServer.ScrapeInterval;
    private static readonly TimeSpan _untilExpired = TimeSpan.FromSeconds(2.5);
    private static readonly string[] _strategies = ["naive", "for_update", "row_version", "atomic_update", "distributed_lock", "batched", "queued"];
    private static readonly string[] _reads = ["/status", "/events", "/stats", "/history", "/problems/sold_out", "/nowhere", "/status?event_id=0"];

    /// <summary>The end of the load. Evaluated at this time, a query has the same answer however late it runs.</summary>
    public DateTimeOffset Measured { get; private set; }

    protected override async Task StartAsync()
    {
        await base.StartAsync();
        var events = await Task.WhenAll(_strategies.Select(strategy => Replicas[0].SetupAsync(1_000_000, strategy)));

        // A rate needs two scrapes, and a histogram exists only after its first measurement: so one round comes before.
        await LoadAsync(events);
        await HoldUntilExpiredAsync(events[^1]);
        await Eventually.HoldsAsync(
            async () =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    await LoadAsync(events);
                }

                await HoldUntilExpiredAsync(events[^1]);
                Measured = DateTimeOffset.UtcNow;
                return await HasExpiredTwiceAsync();
            },
            TimeSpan.FromMinutes(1));
    }

    /// <summary>Whether one of the replicas expired holds in two rounds; each time, either may do it.</summary>
    private async Task<bool> HasExpiredTwiceAsync() =>
        (await Prometheus.QueryAsync("increase(hold_expiry_lag_seconds_count[30s])", Measured)).Any(replica => replica.Value > 0);

    private Task LoadAsync(int[] events) => Task.WhenAll(_strategies.Select((strategy, index) => SellAsync(strategy, events[index])).Append(ReadAsync()));

    /// <summary>Eight buyers at both replicas, for an event with five tickets and one with many.</summary>
    private async Task SellAsync(string strategy, int lasting)
    {
        var small = await Replicas[0].SetupAsync(5, strategy);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async user =>
        {
            var replica = Replicas[user % Replicas.Count];
            await replica.BookAsync(small, user);
            await replica.BookAsync(lasting, user);
        }));
    }

    /// <summary>At both replicas, holds that lapse after a second, and one that is confirmed and cancelled. Ends when all that is scraped.</summary>
    private async Task HoldUntilExpiredAsync(int eventId)
    {
        foreach (var replica in Replicas)
        {
            for (var user = 1; user <= 4; user++)
            {
                var id = await replica.HoldAsync(eventId, user, seconds: 1);
                foreach (var change in user == 1 ? (string[])[$"/holds/{id}/confirm", $"/bookings/{id}/cancel"] : [])
                {
                    using var changed = await replica.Client.PostAsync(new Uri(change, UriKind.Relative), null);
                    changed.EnsureSuccessStatusCode();
                }
            }
        }

        await Task.Delay(_untilExpired + _untilScraped);
    }

    private async Task ReadAsync()
    {
        using var edge = new HttpClient { BaseAddress = Edge.Address };
        foreach (var path in _reads)
        {
            using var answer = await edge.GetAsync(new Uri(path, UriKind.Relative));
            await Task.WhenAll(Replicas.Select(replica => replica.ReadAsync(path)));
        }
    }
}

/// <summary>One load run, shared by all tests that only read its results.</summary>
[CollectionDefinition(Name)]
public sealed class AfterLoad : ICollectionFixture<LoadedSystem>
{
    public const string Name = "after a load run";
}
