using Ticketing.Application.Access;
using Ticketing.Application.Bookings;
using Ticketing.Domain;

namespace Ticketing.Application.Sales;

/// <summary>Reads the state of sales. Each call is one statement, so its figures are from the same moment.</summary>
public interface ISalesReader
{
    /// <summary>One event, or the current one if <paramref name="eventId"/> is null. Null if there is none.</summary>
    Task<EventStatus?> FindStatusAsync(int? eventId, CancellationToken cancellationToken);

    /// <summary>Number of events.</summary>
    Task<long> CountEventsAsync(CancellationToken cancellationToken);

    /// <summary>Events, newest first.</summary>
    Task<IReadOnlyList<EventStatus>> ReadEventsAsync(int offset, int limit, CancellationToken cancellationToken);

    /// <summary>Totals over all events.</summary>
    Task<SalesStats> ReadStatsAsync(CancellationToken cancellationToken);

    /// <summary>One booking, by the database's clock. Null if there is none, or it is none of the caller's.</summary>
    Task<BookingState?> FindBookingAsync(long bookingId, Caller? caller, CancellationToken cancellationToken);

    /// <summary>Number of bookings.</summary>
    Task<long> CountBookingsAsync(BookingFilter filter, CancellationToken cancellationToken);

    /// <summary>Bookings, newest first; only those with smaller ids than <paramref name="before"/> if given.</summary>
    Task<IReadOnlyList<HistoryItem>> ReadBookingsAsync(BookingFilter filter, long? before, int offset, int limit, CancellationToken cancellationToken);
}

/// <summary>Which bookings to list; null stands for all.</summary>
/// <param name="EventId">Those of one event.</param>
/// <param name="UserId">Those of one user.</param>
/// <param name="Status">Those with one status.</param>
/// <param name="CreatedBy">Those that one caller has made. Not without a user.</param>
public sealed record BookingFilter(int? EventId, int? UserId, BookingStatus? Status, string? CreatedBy);
