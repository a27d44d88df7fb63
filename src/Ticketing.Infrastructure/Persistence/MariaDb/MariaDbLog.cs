using Microsoft.Extensions.Logging;

namespace Ticketing.Infrastructure.Persistence.MariaDb;

internal static partial class MariaDbLog
{
    [LoggerMessage(1101, LogLevel.Warning,
        "innodb_flush_log_at_trx_commit is {Flush}, not 1: bookings that this server confirms can be lost when its machine loses power.")]
    public static partial void NotDurable(ILogger logger, int flush);
}
