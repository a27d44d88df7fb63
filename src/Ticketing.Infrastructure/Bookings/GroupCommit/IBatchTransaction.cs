using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>Opens transactions for batches. Each database product has its own, because the statements are tuned to it.</summary>
internal interface IBatchDatabase
{
    /// <summary>Opens a connection, without a transaction.</summary>
    Task<IBatchTransaction> OpenAsync();
}

/// <summary>
/// The transaction of one batch: at most two round trips, three if the event has a limit per user, and never ended by a cancelled request. Disposing of it
/// rolls back what was not committed.
/// </summary>
internal interface IBatchTransaction : IAsyncDisposable
{
    /// <summary>First round trip: begins, locks the event's row, and reads its stock and the existing bookings with these keys.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="keys">The keys of the batch.</param>
    /// <param name="patience">How long to wait for the row, at most; the database's own limit may be shorter.</param>
    /// <returns>Null if the event does not exist.</returns>
    Task<BatchStart?> BeginAsync(int eventId, IReadOnlyList<string> keys, TimeSpan patience);

    /// <summary>For an event with a limit per user: the number of tickets that each of these users has. Users without a ticket may be left out.</summary>
    Task<IReadOnlyDictionary<int, int>> TicketsOfAsync(int eventId, IReadOnlyCollection<int> userIds);

    /// <summary>
    /// Second round trip: inserts the bookings, takes their tickets from the stock, commits. The database refuses a stock below zero, so that
    /// even a wrong plan could not oversell.
    /// </summary>
    /// <returns>The ids, in the order of <paramref name="orders"/>.</returns>
    Task<IReadOnlyList<long>> CommitAsync(int eventId, IReadOnlyList<BookTicketCommand> orders, int tickets, DateTime timestamp);

    /// <summary>
    /// After <see cref="BeginAsync"/>: the bookings of the event with exactly that timestamp, in the order of their ids. Shows whether a
    /// batch was committed before its connection was lost. Null if so many have followed that this cannot be told.
    /// </summary>
    Task<IReadOnlyList<Booking>?> FindAsync(int eventId, DateTime timestamp);
}

/// <summary>The data on which a batch is decided.</summary>
/// <param name="Stock">The stock, locked.</param>
/// <param name="Now">The database's time after it was locked, UTC.</param>
/// <param name="Earlier">Existing bookings with keys of the batch.</param>
internal sealed record BatchStart(Stock Stock, DateTime Now, IReadOnlyDictionary<string, Booking> Earlier);
