using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>The server's clock. The sessions' time zone is UTC.</summary>
internal sealed class MariaDbClock : IDatabaseClock
{
    public TimeSpan Offset { get; set; }

    /// <summary>
    /// Unlike <see cref="StatementBegan"/>, this is the time when it is evaluated: after the statement has waited for a lock.
    /// Source: https://mariadb.com/kb/en/sysdate/
    /// </summary>
    public string Now => Shifted("SYSDATE(6)");

    /// <summary>The time when the statement began; in a text of several statements, when the one before it had ended. Unlike <see cref="Now"/>, it can be looked up in an index.</summary>
    public string StatementBegan => Shifted("NOW(6)");

    public async Task<DateTime> NowAsync(TicketingDbContext db)
    {
        var sql = $"SELECT {Now} AS Value"; // of constants and a number
        return DateTime.SpecifyKind(await db.Database.SqlQueryRaw<DateTime>(sql).SingleAsync(CancellationToken.None), DateTimeKind.Utc);
    }

    private string Shifted(string time) => Offset == TimeSpan.Zero
        ? time
        : string.Create(CultureInfo.InvariantCulture, $"{time} + INTERVAL {(long)Offset.TotalMicroseconds} MICROSECOND");
}
