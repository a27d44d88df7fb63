using Microsoft.EntityFrameworkCore;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>The server's clock.</summary>
internal sealed class MariaDbClock : IDatabaseClock
{
    /// <summary>
    /// Unlike NOW() and UTC_TIMESTAMP(), which are the time when a statement began, before it waited for a lock. The sessions' time zone is UTC.
    /// Source: https://mariadb.com/kb/en/sysdate/
    /// </summary>
    public const string Now = "SYSDATE(6)";

    public async Task<DateTime> NowAsync(TicketingDbContext db) =>
        DateTime.SpecifyKind(await db.Database.SqlQueryRaw<DateTime>($"SELECT {Now} AS Value").SingleAsync(CancellationToken.None), DateTimeKind.Utc);
}
