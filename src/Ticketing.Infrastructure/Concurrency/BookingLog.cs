using Microsoft.Extensions.Logging;

namespace Ticketing.Infrastructure.Concurrency;

internal static partial class BookingLog
{
    [LoggerMessage(2001, LogLevel.Warning,
        "The connection was lost while booking {BookingId} of event {EventId} was committed; looking up what became of it. {Reason}")]
    public static partial void LostAtCommit(ILogger logger, long bookingId, int eventId, string reason);

    [LoggerMessage(2002, LogLevel.Error,
        "Nobody knows whether booking {BookingId} of event {EventId} was committed: the database cannot be asked. {Reason}")]
    public static partial void FateUnknown(ILogger logger, long bookingId, int eventId, string reason);
}
