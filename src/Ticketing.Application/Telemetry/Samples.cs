using Ticketing.Domain;

namespace Ticketing.Application.Telemetry;

/// <summary>The stock of an event, as its row says.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Strategy">How it is sold.</param>
/// <param name="Available">Tickets left; below zero where more were sold than there are.</param>
public sealed record EventStock(int EventId, BookingStrategy Strategy, int Available);

/// <summary>What the process used in the last half second.</summary>
/// <param name="CpuPercent">CPU time over wall time; 100 is one core.</param>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="WorkerPercent">Busy worker threads of the thread pool, as a share of those that it has.</param>
public sealed record ProcessSample(double CpuPercent, double MemoryBytes, double WorkerPercent);

/// <summary>The pool of the database driver.</summary>
/// <param name="Size">The most connections that it may have.</param>
/// <param name="Used">Connections in use.</param>
/// <param name="Waiting">Requests that wait for one.</param>
public sealed record PoolUse(long Size, long Used, long Waiting);

/// <summary>The names of the caches.</summary>
public static class Caches
{
    /// <summary>How the sale of an event stands.</summary>
    public const string Status = "status";

    /// <summary>Lists of events.</summary>
    public const string Events = "events";

    /// <summary>Totals.</summary>
    public const string Stats = "stats";

    /// <summary>Lists of bookings.</summary>
    public const string History = "history";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Status, Events, Stats, History];
}
