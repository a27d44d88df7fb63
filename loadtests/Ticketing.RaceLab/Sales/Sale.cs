using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.Sales;

/// <summary>One thing to measure: a strategy, its stock, its buyers and the system that it runs on.</summary>
public sealed record Sale
{
    /// <summary>How long the first seconds after a start are measured on their own, as part of the warm-up.</summary>
    public static readonly TimeSpan FirstSeconds = TimeSpan.FromSeconds(5);

    public const string Naive = "naive";
    public const string DistributedLock = "distributed_lock";
    public const string Queued = "queued";

    /// <summary>All strategies of the system, simplest first.</summary>
    public static IReadOnlyList<string> Strategies { get; } =
        [Naive, "for_update", "row_version", "atomic_update", DistributedLock, "batched", Queued];

    /// <summary>Those that need Redis.</summary>
    public static IReadOnlyList<string> OverRedis { get; } = [DistributedLock, Queued];

    /// <summary>For tables and charts.</summary>
    public required string Name { get; init; }

    public required string Strategy { get; init; }

    /// <summary>The stock of each event.</summary>
    public required int Tickets { get; init; }

    /// <summary>Events that are sold at the same time.</summary>
    public int Events { get; init; } = 1;

    /// <summary>A limit per user, with a start and an end of the sale; null for none.</summary>
    public int? MaxPerUser { get; init; }

    public required LoadPlan Plan { get; init; }

    public SystemSettings System { get; init; } = new();

    /// <summary>
    /// How long buyers book before the measurement, from an event of its own with more stock than they can buy. It begins as soon as the system
    /// reports ready.
    /// </summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>Whether this strategy oversells on purpose.</summary>
    public bool MayOversell => Strategy == Naive;
}
