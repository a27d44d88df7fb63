using Microsoft.Extensions.Logging;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <remarks>A placeholder {EventId} would print the id of the log line, which has that name.</remarks>
internal static partial class BookingLog
{
    [LoggerMessage(2001, LogLevel.Warning,
        "The COMMIT of booking {BookingId} of event {Event} failed; looking up the outcome. {Reason}")]
    public static partial void LostAtCommit(ILogger logger, long bookingId, int @event, string reason);

    [LoggerMessage(2002, LogLevel.Error,
        "The outcome of booking {BookingId} of event {Event} is unknown: the database cannot be reached. {Reason}")]
    public static partial void OutcomeUnknown(ILogger logger, long bookingId, int @event, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "Cannot take the lock of event {Event}: {Reason}")]
    public static partial void LockUnavailable(ILogger logger, int @event, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "Cannot release the lock of event {Event}; it will expire: {Reason}")]
    public static partial void LockNotReleased(ILogger logger, int @event, string reason);

    [LoggerMessage(2005, LogLevel.Warning,
        "The COMMIT of a batch of {Bookings} bookings of event {Event} failed; looking up the outcome. {Reason}")]
    public static partial void BatchLostAtCommit(ILogger logger, int bookings, int @event, string reason);

    [LoggerMessage(2006, LogLevel.Error,
        "The outcome of a batch of {Bookings} bookings of event {Event} is unknown: the database cannot be reached.")]
    public static partial void BatchOutcomeUnknown(ILogger logger, int bookings, int @event);

    [LoggerMessage(2007, LogLevel.Warning,
        "Event {Event} has a strategy that this version does not know. A newer version has set it up, and can sell it; here its orders are refused.")]
    public static partial void StrategyUnknown(ILogger logger, int @event);

    [LoggerMessage(2009, LogLevel.Warning, "The orders of event {Event} cannot be consumed here; trying again. {Reason}")]
    public static partial void ConsumerFailed(ILogger logger, int @event, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "Another consumer has taken over the orders of event {Event}, or the outcome of a batch is unknown; taking over again.")]
    public static partial void ConsumerReplaced(ILogger logger, int @event);

    [LoggerMessage(2011, LogLevel.Warning, "The outcome of {Orders} orders of event {Event} cannot be looked up; trying again. {Reason}")]
    public static partial void OrdersNotFound(ILogger logger, int orders, int @event, string reason);

    [LoggerMessage(2012, LogLevel.Warning, "An answer to queued orders cannot be read, so they are looked up. Does a newer version consume them? {Reason}")]
    public static partial void AnswerNotUnderstood(ILogger logger, string reason);

    [LoggerMessage(2008, LogLevel.Warning, "Holds that are due cannot be expired; they can still not be confirmed, and orders expire them too. Trying again every second. {Reason}")]
    public static partial void NotSwept(ILogger logger, string reason);
}
