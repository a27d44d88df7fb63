namespace Ticketing.Application.Sales;

/// <summary>Reads how sales stand. Each call is one consistent statement: its figures are of one moment.</summary>
public interface ISalesReader
{
    /// <summary>One event, or the current one where <paramref name="eventId"/> is null. Null when there is none.</summary>
    Task<EventStatus?> FindStatusAsync(int? eventId, CancellationToken cancellationToken);

    /// <summary>How many events there are.</summary>
    Task<long> CountEventsAsync(CancellationToken cancellationToken);

    /// <summary>Events, newest first.</summary>
    Task<IReadOnlyList<EventStatus>> ReadEventsAsync(int offset, int limit, CancellationToken cancellationToken);

    /// <summary>Totals over all events.</summary>
    Task<SalesStats> ReadStatsAsync(CancellationToken cancellationToken);

    /// <summary>How many bookings there are, of an event and of a user where these are given.</summary>
    Task<long> CountBookingsAsync(int? eventId, int? userId, CancellationToken cancellationToken);

    /// <summary>Bookings, newest first, of an event and of a user where these are given.</summary>
    Task<IReadOnlyList<HistoryItem>> ReadBookingsAsync(int? eventId, int? userId, int offset, int limit, CancellationToken cancellationToken);
}
