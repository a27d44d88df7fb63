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

    /// <summary>Number of bookings, filtered by event and user if given.</summary>
    Task<long> CountBookingsAsync(int? eventId, int? userId, CancellationToken cancellationToken);

    /// <summary>Bookings, newest first, filtered by event and user if given; only those with smaller ids than <paramref name="before"/> if given.</summary>
    Task<IReadOnlyList<HistoryItem>> ReadBookingsAsync(int? eventId, int? userId, long? before, int offset, int limit, CancellationToken cancellationToken);
}
