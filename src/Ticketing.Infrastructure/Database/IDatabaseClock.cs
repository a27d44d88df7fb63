namespace Ticketing.Infrastructure.Database;

/// <summary>The time by which sales start and end, and by which holds expire: the same for all replicas.</summary>
public interface IDatabaseClock
{
    /// <summary>Added to the time, everywhere where it is asked for. Zero, but in tests in which time passes.</summary>
    TimeSpan Offset { get; set; }

    /// <summary>Now, UTC. In a transaction that holds the lock on an event's row, this is a time after it was locked.</summary>
    Task<DateTime> NowAsync(TicketingDbContext db);
}
