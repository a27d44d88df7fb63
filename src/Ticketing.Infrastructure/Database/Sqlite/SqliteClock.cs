namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>The process's clock: SQLite is a part of it.</summary>
internal sealed class SqliteClock(TimeProvider clock) : IDatabaseClock
{
    public Task<DateTime> NowAsync(TicketingDbContext db) => Task.FromResult(clock.GetUtcNow().UtcDateTime);
}
