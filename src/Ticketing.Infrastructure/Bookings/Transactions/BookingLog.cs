using Microsoft.Extensions.Logging;

namespace Ticketing.Infrastructure.Bookings.Transactions;

internal static partial class BookingLog
{
    [LoggerMessage(2001, LogLevel.Warning,
        "The connection was lost while booking {BookingId} of event {EventId} was committed; looking up what became of it. {Reason}")]
    public static partial void LostAtCommit(ILogger logger, long bookingId, int eventId, string reason);

    [LoggerMessage(2002, LogLevel.Error,
        "Nobody knows whether booking {BookingId} of event {EventId} was committed: the database cannot be asked. {Reason}")]
    public static partial void FateUnknown(ILogger logger, long bookingId, int eventId, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "The lock of event {EventId} cannot be taken: {Reason}")]
    public static partial void LockUnavailable(ILogger logger, int eventId, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "The lock of event {EventId} cannot be released, and will expire: {Reason}")]
    public static partial void LockNotReleased(ILogger logger, int eventId, string reason);

    [LoggerMessage(2005, LogLevel.Warning,
        "The connection was lost while a batch of {Bookings} bookings of event {EventId} was committed; looking up what became of it. {Reason}")]
    public static partial void BatchLostAtCommit(ILogger logger, int bookings, int eventId, string reason);

    [LoggerMessage(2006, LogLevel.Error,
        "Nobody knows whether a batch of {Bookings} bookings of event {EventId} was committed: the database cannot be asked.")]
    public static partial void BatchFateUnknown(ILogger logger, int bookings, int eventId);
}
