using System.Diagnostics;
using System.Net;
using Ticketing.RaceLab.Http;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Systems;
using Ticketing.RaceLab.Verification;

namespace Ticketing.RaceLab.Sales;

/// <summary>Runs a <see cref="Sale"/>: start, warm up, load, read back, compare.</summary>
public sealed class SaleRunner(Laboratory laboratory)
{
    private const int PlentyOfTickets = 10_000_000;

    /// <summary>In the warm-up, whose rows are compared at once, none lapses.</summary>
    private const int LongHold = 600;

    private static readonly TimeSpan _memoryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _rereadPause = TimeSpan.FromSeconds(5);

    /// <param name="progress">Receives the progress, for a live view.</param>
    /// <param name="cancellationToken">Ends the load early. What was sold until then is still verified.</param>
    /// <param name="observer">Watches the system during the load; null if nobody does.</param>
    public async Task<SaleResult> RunAsync(Sale sale, ISaleProgress progress, CancellationToken cancellationToken, ISaleObserver? observer = null)
    {
        progress.Enter(SaleStage.Starting);
        var connectionsBefore = await laboratory.CountConnectionsAsync();
        await using var system = await laboratory.StartSystemAsync(sale.System);
        var violations = new List<string>();
        double? firstRate = null;
        if (sale.WarmUp > TimeSpan.Zero)
        {
            progress.Enter(SaleStage.WarmingUp);
            var warmUp = await LoadAsync(
                sale with
                {
                    Tickets = PlentyOfTickets,
                    Plan = sale.Plan with { Hold = sale.Plan.Hold is { } flow ? flow with { Seconds = LongHold, Beforehand = 0 } : null, Duration = sale.WarmUp, RampUp = TimeSpan.Zero, RampDown = TimeSpan.Zero, Rate = null, StopWhenSoldOut = false },
                },
                system,
                progress,
                cancellationToken);
            var (stored, found) = await VerifyAsync(sale, system.Ledger, warmUp, progress);
            violations.AddRange(found);
            firstRate = sale.WarmUp >= Sale.FirstSeconds ? FirstSecondsRate(system, warmUp, stored) : null;
        }

        await (observer?.BeginAsync(system) ?? Task.CompletedTask);
        progress.Enter(SaleStage.Selling);
        var load = await LoadAsync(sale, system, progress, cancellationToken);
        await (observer?.EndAsync() ?? Task.CompletedTask);
        var connectionsAfter = await laboratory.CountConnectionsAsync();

        progress.Enter(SaleStage.Verifying);
        if (sale.Plan.Hold?.UntilExpired is { } lapse)
        {
            await Task.Delay(lapse, CancellationToken.None);
        }

        var unknown = load.Tally.UncertainCount;
        var resolved = sale.Plan.UseKeys ? await ResolveAsync(sale, load, system) : 0;
        var (sales, broken) = await VerifyAsync(sale, system.Ledger, load, progress, haveLapsed: sale.Plan.Hold?.UntilExpired is not null);
        violations.AddRange(broken);

        var result = Summarize(sale, system, load, sales) with
        {
            FirstSecondsBookingsPerSecond = firstRate,
            Unknown = unknown,
            Resolved = resolved,
            ConnectionsOpened = connectionsAfter - connectionsBefore,
            Violations = violations,
        };
        progress.Enter(SaleStage.Done);
        return result;
    }

    private async Task<FinishedLoad> LoadAsync(Sale sale, SystemUnderTest system, ISaleProgress progress, CancellationToken cancellationToken)
    {
        var eventIds = new List<int>();
        if (sale.Plan.Mix.Orders > 0)
        {
            for (var i = 0; i < sale.Events; i++)
            {
                eventIds.Add(await system.SetupAsync($"Race lab: {sale.Name}", sale.Tickets, sale.Strategy, sale.MaxPerUser));
            }
        }

        var tally = new Tally(sale.Tickets * (long)sale.Events > int.MaxValue ? int.MaxValue : sale.Tickets * sale.Events);
        var keyPrefix = $"lab-{Guid.NewGuid():N}-";
        var load = new LoadGenerator(sale.Plan, system.Addresses, eventIds, keyPrefix, tally);
        progress.Follow(tally, sale.Plan.Duration);

        var memory = new List<MemorySample>();
        using var sampling = new CancellationTokenSource();
        var sampler = SampleMemoryAsync(system, tally, memory, sampling.Token);
        var commits = await laboratory.CountCommitsAsync();
        var before = CpuTimes.Read(system);
        var clock = Stopwatch.GetTimestamp();
        await load.RunAsync(cancellationToken);
        var elapsed = tally.Elapsed;
        var cpu = CpuTimes.Read(system).Since(before, Stopwatch.GetElapsedTime(clock));
        await sampling.CancelAsync();
        await sampler;
        return new(tally, eventIds, keyPrefix, elapsed, cpu, memory, await laboratory.CountCommitsAsync() - commits);
    }

    private static async Task SampleMemoryAsync(SystemUnderTest system, Tally tally, List<MemorySample> samples, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (system.Memory is { } bytes)
                {
                    samples.Add(new(Math.Round(tally.Elapsed.TotalSeconds, 2), bytes));
                }

                await Task.Delay(_memoryInterval, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
    }

    private static async Task<int> ResolveAsync(Sale sale, FinishedLoad load, SystemUnderTest system)
    {
        if (load.Tally.UncertainCount == 0)
        {
            return 0;
        }

        var server = system.Addresses[0];
        using var connection = new HttpConnection(new DnsEndPoint(server.DnsSafeHost, server.Port));
        return await UncertainOrders.ResolveAsync(load.Tally, connection, server, load.KeyPrefix, sale.Plan.Hold?.Seconds, CancellationToken.None);
    }

    private static async Task<(IReadOnlyList<StoredSale> Stored, IReadOnlyList<string> Violations)> VerifyAsync(
        Sale sale, ILedger ledger, FinishedLoad load, ISaleProgress progress, bool haveLapsed = false)
    {
        var reading = Stopwatch.GetTimestamp();
        while (true)
        {
            var stored = new List<StoredSale>();
            var violations = new List<string>();
            foreach (var eventId in load.EventIds)
            {
                var @event = await ledger.ReadEventAsync(eventId, CancellationToken.None);
                var one = new StoredSale(@event, await ledger.ReadBookingsAsync(eventId, CancellationToken.None));
                stored.Add(one);
                violations.AddRange(Verifier.Check(one, load.BuyerAnswersOf(eventId) with { AllHaveLapsed = haveLapsed }, sale.MayOversell).Select(violation => $"{sale.Name}: {violation}"));
            }

            // A cached answer may be older than the sale: an invariant is broken only if it still disagrees after the cache has expired.
            if (violations.Count == 0 || Stopwatch.GetElapsedTime(reading) >= ledger.Staleness)
            {
                return (stored, violations);
            }

            progress.Enter(SaleStage.WaitingForCaches);
            await Task.Delay(_rereadPause);
        }
    }

    /// <summary>Measures from the moment the system reported ready, including connecting and set-up.</summary>
    private static double FirstSecondsRate(SystemUnderTest system, FinishedLoad load, IReadOnlyList<StoredSale> stored)
    {
        var lead = Stopwatch.GetElapsedTime(system.ReadyAt, load.Tally.BeganAt);
        var known = IdsOf(stored);
        return load.Tally.Confirmed.Count(order => order.At + lead <= Sale.FirstSeconds && known.Contains(order.BookingId)) / Sale.FirstSeconds.TotalSeconds;
    }

    private static HashSet<long> IdsOf(IReadOnlyList<StoredSale> stored) => [.. stored.SelectMany(sale => sale.Confirmed).Select(booking => booking.Id)];

    private static SaleResult Summarize(Sale sale, SystemUnderTest system, FinishedLoad load, IReadOnlyList<StoredSale> stored)
    {
        var tally = load.Tally;
        var known = IdsOf(stored);
        var inLoad = tally.Confirmed.Where(order => order.At <= load.Elapsed && known.Contains(order.BookingId)).ToList();
        var holds = stored.SelectMany(one => one.Bookings).Select(booking => booking.Id).ToHashSet();
        var sellsOut = stored.Count > 0 && stored.All(one => one.Event.AvailableTickets <= 0);
        var saleTime = (sellsOut || sale.Plan.Hold is { Beforehand: > 0 }) && inLoad.Count > 0 ? inLoad.Max(order => order.At) : load.Elapsed;
        return new SaleResult
        {
            Name = sale.Name,
            Strategy = sale.Strategy,
            Tickets = sale.Tickets,
            Events = sale.Events,
            Buyers = sale.Plan.Buyers,
            Replicas = system.Addresses.Count,
            Pooling = sale.System.Pooling,
            Keys = sale.Plan.UseKeys,
            BookingsPerSecond = inLoad.Count / saleTime.TotalSeconds,
            SaleSeconds = saleTime.TotalSeconds,
            RequestsPerSecond = tally.Requests / load.Elapsed.TotalSeconds,
            LoadSeconds = load.Elapsed.TotalSeconds,
            Requests = tally.Requests,
            Booked = inLoad.Count,
            HoldsPerSecond = tally.Holds.Count(hold => holds.Contains(hold.HoldId)) / load.Elapsed.TotalSeconds,
            TicketsSold = stored.Sum(one => one.Sold),
            TicketsLeft = stored.Sum(one => (long)one.Event.AvailableTickets),
            SoldOut = tally.SoldOut,
            NotEnough = tally.NotEnough,
            Busy = tally.Busy,
            Failures = new SortedDictionary<string, int>(tally.Failures.ToDictionary()),
            Unknown = 0,
            Resolved = 0,
            Dropped = tally.Dropped,
            Oversold = stored.Sum(one => one.Oversold),
            OrderLatency = LatencySummary.Of(tally.OrderLatency),
            StatusLatency = LatencySummary.Of(tally.StatusLatency),
            AllLatency = LatencySummary.Of(tally.AllLatency),
            Cpu = load.Cpu,
            Commits = load.Commits,
            PeakMemoryBytes = system.PeakMemory,
            Memory = load.Memory,
            Stock = StockCurve.Of(stored, inLoad),
            Violations = [],
        };
    }

    private sealed record FinishedLoad(
        Tally Tally, IReadOnlyList<int> EventIds, string KeyPrefix, TimeSpan Elapsed, CpuShares Cpu, IReadOnlyList<MemorySample> Memory, long? Commits)
    {
        public BuyerAnswers BuyerAnswersOf(int eventId) => new(
            [.. Tally.Confirmed.Where(order => order.Order.EventId == eventId)],
            [.. Tally.Uncertain.Where(order => order.EventId == eventId)],
            Tally.SoldOut,
            Tally.FewestLeft,
            Tally.Contradictions)
        {
            Holds = [.. Tally.Holds.Where(hold => hold.Order.EventId == eventId)],
        };
    }
}
