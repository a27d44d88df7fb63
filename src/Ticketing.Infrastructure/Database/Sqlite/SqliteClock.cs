namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>The process's clock: SQLite is a part of it.</summary>
internal sealed class SqliteClock(TimeProvider clock) : IDatabaseClock
{
    public TimeSpan Offset { get; set; }

    public DateTime Now => clock.GetUtcNow().UtcDateTime + Offset;

    public Task<DateTime> NowAsync(TicketingDbContext db) => Task.FromResult(Now);
}
