using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.Ratios;

/// <summary>What the benchmark measures in each round, by name.</summary>
internal static class Measurements
{
    public const string Live = "GET /health/live";
    public const string Batched = "batched";
    public const string WithoutTelemetry = "batched, no metrics, no logs";
    public const string Baseline = "by hand, batched";
    public const string BaselineForUpdate = "by hand, FOR UPDATE";
    public const string Replicas = "batched, 3 replicas";
    public const string ReplicasThroughFrontDoor = "batched, 3 replicas through Nginx and HAProxy";
    public const string Queued = "queued, 2 replicas";
    public const string WithRules = "batched, limit and window";
    public const string WithKeys = "batched, with a key";
    public const string Holds = "batched, only holds";
    public const string Confirms = "batched, only confirms";
    public const string HotEvents = "batched, 10 hot events";
    public const string ManyEvents = "batched, 1,000 events evenly";
    public const string OpenLoop = "batched, open loop";
    public const string BaselineOpenLoop = "by hand, open loop";
    public const string ThroughEdge = "batched through HAProxy";
    public const string ThroughFrontDoor = "batched through Nginx and HAProxy";
    public const string FlashSale = "scenario high, batched";
    public const string LoneBatched = "one buyer, batched";
    public const string LoneAtomic = "one buyer, atomic_update";

    private const int ReplicaCount = 3;
    private const int HotEventCount = 10;
    private const int ManyEventCount = 1000;
    private const int Plenty = 10_000_000;

    /// <summary>As many as can be confirmed in a few seconds, and as a replica remembers.</summary>
    private const int HoldsBeforehand = 60_000;

    /// <summary>More than anybody orders: the check is measured, not the refusals.</summary>
    private const int MaxPerUser = 1_000_000;

    public static string ForUpdate(int poolSize) => $"for_update, pool {poolSize}";

    /// <param name="path">The dll of another build; its folder names it.</param>
    public static string BatchedOf(string path) => $"batched of {Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)))}";

    /// <summary>All measurements; those that are compared with each other are neighbours.</summary>
    public static IReadOnlyList<Sale> All(RatioSettings settings)
    {
        var batched = new Sale
        {
            Name = Batched,
            Strategy = "batched",
            Tickets = Plenty,
            WarmUp = settings.WarmUp,
            System = new() { WithRedis = false },
            Plan = new() { Buyers = settings.Connections, Duration = settings.Duration, UseKeys = settings.UseKeys, Seed = settings.Seed },
        };
        var lone = batched with { Plan = batched.Plan with { Buyers = 1 } };
        var open = batched.Plan with { Rate = settings.OpenRate };
        var byHand = batched with { Name = Baseline, System = batched.System with { Program = ApiProgram.Baseline } };
        return
        [
            batched with { Name = Live, Plan = batched.Plan with { Mix = RequestMix.OnlyLive } },
            batched,
            .. settings.Builds.Select(path => batched with { Name = BatchedOf(path), System = batched.System with { Program = ApiProgram.Product with { Build = path } } }),
            batched with { Name = ThroughEdge, System = batched.System with { Entrance = Entrance.Edge } },
            batched with { Name = ThroughFrontDoor, System = batched.System with { Entrance = Entrance.FrontDoor } },
            batched with { Name = ReplicasThroughFrontDoor, System = batched.System with { Entrance = Entrance.FrontDoor, Replicas = ReplicaCount } },
            batched with { Name = WithKeys, System = batched.System with { AsksCallers = true } },
            batched with { Name = WithRules, MaxPerUser = MaxPerUser },
            batched with { Name = Holds, Plan = batched.Plan with { Hold = new(Seconds: 600, Confirmed: 0, Released: 0) } },
            batched with { Name = Confirms, Plan = batched.Plan with { Hold = new(Seconds: 600, Confirmed: 100, Released: 0, HoldsBeforehand / settings.Connections) } },
            batched with { Name = WithoutTelemetry, System = batched.System with { Telemetry = false } },
            byHand,
            batched with { Name = OpenLoop, Plan = open },
            byHand with { Name = BaselineOpenLoop, Plan = open },
            batched with { Name = Replicas, System = batched.System with { Replicas = ReplicaCount } },
            batched with { Name = HotEvents, Events = HotEventCount },
            batched with { Name = ManyEvents, Events = ManyEventCount, Tickets = Plenty / HotEventCount },
            batched with { Name = Queued, Strategy = Sale.Queued, System = new() { Replicas = 2 } },
            batched with { Name = FlashSale, Tickets = Scenarios.Tickets, Plan = Scenarios.High with { Seed = settings.Seed } },
            .. settings.PoolSizes.Select(size => batched with { Name = ForUpdate(size), Strategy = "for_update", System = batched.System with { MaxPoolSize = size } }),
            byHand with { Name = BaselineForUpdate, Strategy = "for_update" },
            lone with { Name = LoneBatched },
            lone with { Name = LoneAtomic, Strategy = "atomic_update" },
        ];
    }

    /// <summary>The same load for long enough that a leak would show.</summary>
    public static Sale Soak(Sale batched, TimeSpan duration) =>
        batched with { Name = $"batched, {duration.TotalMinutes:0.#} min", Plan = batched.Plan with { Duration = duration } };
}

/// <param name="Duration">Time of one measurement, after the warm-up.</param>
/// <param name="WarmUp">How long the same load runs before the measurement: until the runtime has compiled hot code, which takes long on a small machine.</param>
/// <param name="PoolSizes">Pool sizes for <c>for_update</c>.</param>
/// <param name="Only">Keys of the ratios to measure; empty for all.</param>
/// <param name="Builds">Other builds of the product to compare with: dlls that were published as the lab publishes its own.</param>
/// <param name="OpenRate">Orders per second where they do not wait for answers.</param>
/// <param name="Soak">How long to watch the memory; null to skip this.</param>
internal sealed record RatioSettings(
    int Rounds,
    TimeSpan Duration,
    TimeSpan WarmUp,
    int Connections,
    bool UseKeys,
    int Seed,
    IReadOnlyList<int> PoolSizes,
    IReadOnlyList<string> Only,
    IReadOnlyList<string> Builds,
    double OpenRate,
    TimeSpan? Soak);
