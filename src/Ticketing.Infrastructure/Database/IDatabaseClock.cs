namespace Ticketing.Infrastructure.Database;

/// <summary>The time by which sales start and end: the same for all replicas.</summary>
public interface IDatabaseClock
{
    /// <summary>Now, UTC. In a transaction that holds the lock on an event's row, this is a time after it was locked.</summary>
    Task<DateTime> NowAsync(TicketingDbContext db);
}
