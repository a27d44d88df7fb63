using Microsoft.Extensions.Logging;

namespace Ticketing.Infrastructure.Bookings.Transactions;

internal static partial class BookingLog
{
    [LoggerMessage(2001, LogLevel.Warning,
        "The connection was lost while booking {BookingId} of event {EventId} was committed; looking up the outcome. {Reason}")]
    public static partial void LostAtCommit(ILogger logger, long bookingId, int eventId, string reason);

    [LoggerMessage(2002, LogLevel.Error,
        "The outcome of booking {BookingId} of event {EventId} is unknown: the database cannot be reached. {Reason}")]
    public static partial void OutcomeUnknown(ILogger logger, long bookingId, int eventId, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "Cannot take the lock of event {EventId}: {Reason}")]
    public static partial void LockUnavailable(ILogger logger, int eventId, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "Cannot release the lock of event {EventId}; it will expire: {Reason}")]
    public static partial void LockNotReleased(ILogger logger, int eventId, string reason);

    [LoggerMessage(2005, LogLevel.Warning,
        "The connection was lost while a batch of {Bookings} bookings of event {EventId} was committed; looking up the outcome. {Reason}")]
    public static partial void BatchLostAtCommit(ILogger logger, int bookings, int eventId, string reason);

    [LoggerMessage(2006, LogLevel.Error,
        "The outcome of a batch of {Bookings} bookings of event {EventId} is unknown: the database cannot be reached.")]
    public static partial void BatchOutcomeUnknown(ILogger logger, int bookings, int eventId);
}
