using System.Globalization;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Ratios;

/// <summary>One ratio of the benchmark: what it needs, and how it is computed.</summary>
/// <param name="Key">For <c>--only</c>.</param>
/// <param name="Needs">The measurements.</param>
internal sealed record Ratio(string Key, string Name, Goal Goal, IReadOnlyList<string> Needs, Func<Rounds, (double Value, string From)> Compute)
{
    private const string ForUpdateKey = "for_update";
    private const string BuildsKey = "builds";
    private const string EdgeKey = "edge";
    private const double Megabyte = 1024 * 1024;

    public static IReadOnlyList<string> Keys { get; } =
        [ForUpdateKey, "live", "by_hand", "lone_buyer", "telemetry", "access", "rules", "holds", "confirms", "start", "p99", "replicas", "hot_events", "queued", "memory", "status", EdgeKey, BuildsKey];

    /// <summary>The table, in the order in which it is printed.</summary>
    public static IReadOnlyList<Ratio> All(RatioSettings settings)
    {
        IReadOnlyList<string> pools = [.. settings.PoolSizes.Select(Measurements.ForUpdate)];
        return
        [
            new(ForUpdateKey, "batched ÷ for_update at its best pool size", new(24, "≥ 24"), [Measurements.Batched, .. pools], rounds =>
            {
                var best = pools.Select(rounds.Rate).MaxBy(figure => figure.Median)!;
                return Divide(rounds.Rate(Measurements.Batched), best);
            }),
            Throughput("live", "batched ÷ GET /health/live", 0.5, Measurements.Batched, Measurements.Live),
            new("by_hand", "batched ÷ the same batching by hand on a minimal API", new(0.9, "≥ 0.9"), [Measurements.Batched, Measurements.Baseline, Measurements.BaselineForUpdate], rounds =>
            {
                var (value, from) = Divide(rounds.Rate(Measurements.Batched), rounds.Rate(Measurements.Baseline));
                return (value, $"{from}; {rounds.Rate(Measurements.BaselineForUpdate).PerSecond}");
            }),
            new("lone_buyer", "one lone buyer: p50 of batched ÷ p50 of atomic_update", new(1.2, "≤ 1.2", IsLimit: true), [Measurements.LoneBatched, Measurements.LoneAtomic], rounds =>
            {
                var batched = rounds.Of(Measurements.LoneBatched, sale => sale.OrderLatency.P50);
                var atomic = rounds.Of(Measurements.LoneAtomic, sale => sale.OrderLatency.P50);
                return (batched.Median / atomic.Median, $"{batched.Text("ms", "0.00")} ÷ {atomic.Text("ms", "0.00")}");
            }),
            Throughput("telemetry", "metrics and logging on ÷ off", 0.95, Measurements.Batched, Measurements.WithoutTelemetry),
            Throughput("access", "batched where callers show a key ÷ where nobody is asked", 0.95, Measurements.WithKeys, Measurements.Batched),
            Throughput("rules", "batched with a limit per user, a start and an end ÷ without", 0.9, Measurements.WithRules, Measurements.Batched),
            new("holds", "holds ÷ bookings", new(0.9, "≥ 0.9"), [Measurements.Holds, Measurements.Batched], rounds =>
                Divide(rounds.Of(Measurements.Holds, sale => sale.HoldsPerSecond), rounds.Rate(Measurements.Batched))),
            new("confirms", "confirms of holds made before ÷ bookings", new(0.5, "≥ 0.5"), [Measurements.Confirms, Measurements.Batched], rounds =>
                Divide(rounds.Rate(Measurements.Confirms), rounds.Rate(Measurements.Batched))),
            new("start", $"first {Sale.FirstSeconds.TotalSeconds:0} s after start ÷ steady", new(0.7, "≥ 0.7"), [Measurements.Batched], rounds =>
                Divide(rounds.Of(Measurements.Batched, sale => sale.FirstSecondsBookingsPerSecond ?? 0) with { Name = "first seconds" }, rounds.Rate(Measurements.Batched))),
            new("p99", "p99 of an order ÷ by hand, open loop", new(2, "≤ 2", IsLimit: true), [Measurements.OpenLoop, Measurements.BaselineOpenLoop], rounds =>
            {
                var batched = rounds.Of(Measurements.OpenLoop, sale => sale.OrderLatency.P99);
                var byHand = rounds.Of(Measurements.BaselineOpenLoop, sale => sale.OrderLatency.P99);
                return (batched.Median / byHand.Median, $"{batched.Text("ms", "0.00")} ÷ {byHand.Text("ms", "0.00")}, at {rounds.Rate(Measurements.OpenLoop).PerSecond}");
            }),
            Throughput("replicas", "3 replicas ÷ 1, through the front door", 0.9, Measurements.ReplicasThroughFrontDoor, Measurements.ThroughFrontDoor),
            Throughput("replicas", "3 replicas that share one hot event ÷ 1", 0.5, Measurements.Replicas, Measurements.Batched),
            Throughput("hot_events", "10 hot events ÷ 1", 0.9, Measurements.HotEvents, Measurements.Batched),
            Throughput("hot_events", "1,000 events, evenly ÷ 1", 0.7, Measurements.ManyEvents, Measurements.Batched),
            Throughput("queued", "queued with 2 replicas ÷ batched with 1", 0.6, Measurements.Queued, Measurements.Batched),
            new("memory", "memory of the API under this load, MB", new(300, "< 300", IsLimit: true), [Measurements.Batched], rounds =>
            {
                var peak = rounds.Of(Measurements.Batched, sale => (sale.PeakMemoryBytes ?? 0) / Megabyte);
                return (peak.Most, peak.Text("MB"));
            }),
            new("status", $"p95 of GET /status among {Scenarios.High.Buyers} buyers of the high scenario, ms", new(10, "< 10", IsLimit: true), [Measurements.FlashSale], rounds =>
            {
                var p95 = rounds.Of(Measurements.FlashSale, sale => sale.StatusLatency.P95);
                return (p95.Median, p95.Text("ms", "0.0"));
            }),
            Throughput(EdgeKey, "through the edge (HAProxy) ÷ direct", 0.4, Measurements.ThroughEdge, Measurements.Batched),
            Throughput(EdgeKey, "through the front door (Nginx, HAProxy) ÷ direct", 0.3, Measurements.ThroughFrontDoor, Measurements.Batched),
            .. settings.Builds.Select(path =>
                Throughput(BuildsKey, $"batched ÷ {Measurements.BatchedOf(path)}", 0.97, Measurements.Batched, Measurements.BatchedOf(path))),
        ];
    }

    /// <summary>Memory over the soak: the last quarter against the second.</summary>
    public static RatioResult Flatness(SaleResult soak)
    {
        var quarters = soak.Memory.Chunk(Math.Max(1, (soak.Memory.Count + 3) / 4)).Select(quarter => quarter.Average(sample => sample.Bytes) / Megabyte).ToList();
        var (early, late) = (quarters[Math.Min(1, quarters.Count - 1)], quarters[^1]);
        var peak = (soak.PeakMemoryBytes ?? 0) / Megabyte;
        return new Goal(1.1, "≤ 1.1, < 300 MB", IsLimit: true).Judge(
            "soak", $"memory in the last ÷ the second quarter of {soak.Name}", late / early, $"{late:0} ÷ {early:0} MB, peak {peak:0} MB") with
        {
            IsMet = late / early <= 1.1 && peak < 300,
        };
    }

    public bool CanBeComputed(Rounds rounds) => Needs.All(rounds.Has);

    public RatioResult Judge(Rounds rounds)
    {
        var (value, from) = Compute(rounds);
        return Goal.Judge(Key, Name, value, from);
    }

    private static Ratio Throughput(string key, string name, double goal, string numerator, string denominator) =>
        new(key, name, new(goal, string.Create(CultureInfo.InvariantCulture, $"≥ {goal}")), [numerator, denominator], rounds => Divide(rounds.Rate(numerator), rounds.Rate(denominator)));

    private static (double Value, string From) Divide(Figure numerator, Figure denominator) =>
        (numerator.Median / denominator.Median, $"{numerator.PerSecond} ÷ {denominator.PerSecond}");
}

/// <param name="IsLimit">Whether less is better.</param>
internal sealed record Goal(double Value, string Text, bool IsLimit = false)
{
    public RatioResult Judge(string key, string name, double measured, string from) => new(
        key,
        name,
        Text,
        measured.ToString(measured >= 100 ? "0" : measured >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture),
        Math.Round(measured, 4),
        IsLimit ? measured <= Value : measured >= Value,
        from);
}
