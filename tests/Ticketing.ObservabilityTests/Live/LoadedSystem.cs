namespace Ticketing.ObservabilityTests.Live;

/// <summary>
/// The system after a short load run, in which everything happened that a panel can show: every strategy sold and sold out, a naive event was
/// oversold, row_version lost races, lists were read, nonsense was asked for.
/// </summary>
public sealed class LoadedSystem : ObservedSystem
{
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(8);
    private static readonly string[] _strategies = ["naive", "for_update", "row_version", "atomic_update", "distributed_lock", "batched"];
    private static readonly string[] _reads = ["/status", "/events", "/stats", "/history", "/problems/sold_out", "/nowhere", "/status?event_id=0"];

    /// <summary>When the load had just ended. Asked as of then, a query has the same answer however late it is asked.</summary>
    public DateTimeOffset Measured { get; private set; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        using var over = new CancellationTokenSource(_duration);
        await Task.WhenAll(_strategies.Select(strategy => SellAsync(strategy, over.Token)).Append(ReadAsync(over.Token)));

        // What the load did last is scraped once more, and the rules have judged it.
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Measured = DateTimeOffset.UtcNow;
    }

    /// <summary>One event that lasts, and one after another that sells out at once, with eight buyers at both replicas.</summary>
    private async Task SellAsync(string strategy, CancellationToken over)
    {
        var lasting = await Replicas[0].SetupAsync(1_000_000, strategy);
        while (!over.IsCancellationRequested)
        {
            var small = await Replicas[0].SetupAsync(5, strategy);
            await Task.WhenAll(Enumerable.Range(1, 8).Select(async user =>
            {
                var replica = Replicas[user % Replicas.Count];
                await replica.BookAsync(small, user);
                await replica.BookAsync(lasting, user);
            }));
            await PauseAsync(TimeSpan.FromMilliseconds(500), over);
        }
    }

    private async Task ReadAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            foreach (var path in _reads)
            {
                await Task.WhenAll(Replicas.Select(replica => replica.ReadAsync(path)));
            }

            await PauseAsync(TimeSpan.FromMilliseconds(200), over);
        }
    }

    private static Task PauseAsync(TimeSpan time, CancellationToken over) => Task.Delay(time, over).ContinueWith(_ => { }, TaskScheduler.Default);
}
