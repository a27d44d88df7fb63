using Ticketing.Domain;

namespace Ticketing.Application.Telemetry;

/// <summary>The stock of an event, from its row.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Strategy">The strategy that sells its tickets.</param>
/// <param name="Available">Tickets left; below zero if the event is oversold.</param>
/// <param name="Held">Tickets held for buyers who have not confirmed yet.</param>
public sealed record EventStock(int EventId, BookingStrategy Strategy, int Available, int Held);

/// <summary>Resource usage of the process in the last half second.</summary>
/// <param name="CpuPercent">CPU time over wall time; 100 is one core.</param>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="WorkerPercent">Busy worker threads, as a percentage of the thread pool.</param>
public sealed record ProcessSample(double CpuPercent, double MemoryBytes, double WorkerPercent);

/// <summary>The connection pool of the database driver. All of it is 0 where there is none.</summary>
/// <param name="Size">Maximum number of connections.</param>
/// <param name="Used">Connections in use.</param>
/// <param name="Idle">Open connections that nobody uses.</param>
/// <param name="Waiting">Requests that wait for a connection.</param>
public sealed record PoolUse(long Size, long Used, long Idle, long Waiting)
{
    /// <summary>The share that is in use, 0 to 1.</summary>
    public double Utilization => Size == 0 ? 0 : (double)Used / Size;
}

/// <summary>The names of the caches.</summary>
public static class Caches
{
    /// <summary>The state of an event's sale.</summary>
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
