using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>Opens transactions for batches. Each database product has its own, for the statements are tuned to it.</summary>
internal interface IBatchDatabase
{
    /// <summary>A connection, on which nothing has begun yet.</summary>
    Task<IBatchTransaction> OpenAsync();
}

/// <summary>The transaction of one batch: two round trips at most, and never ended by a buyer's impatience.</summary>
internal interface IBatchTransaction : IAsyncDisposable
{
    /// <summary>First round trip: begins, locks the event's row, and reads its stock and the bookings that the keys have made before.</summary>
    /// <returns>Null when there is no such event.</returns>
    Task<BatchStart?> BeginAsync(int eventId, IReadOnlyList<string> keys);

    /// <summary>
    /// Second round trip: inserts the bookings, takes their tickets from the stock, commits. The database refuses a stock below zero, so that
    /// even a wrong plan could not oversell.
    /// </summary>
    /// <returns>The ids, in the order of <paramref name="orders"/>.</returns>
    Task<IReadOnlyList<long>> CommitAsync(int eventId, IReadOnlyList<BookTicketCommand> orders, int taken, DateTime timestamp);

    /// <summary>
    /// After <see cref="BeginAsync"/>: the newest bookings of the event with exactly that timestamp, in the order of their ids. Tells whether a
    /// batch was committed whose connection was lost.
    /// </summary>
    Task<IReadOnlyList<Booking>> FindAsync(int eventId, DateTime timestamp);

    /// <summary>Ends it without a change.</summary>
    Task RollbackAsync();
}

/// <summary>What a batch decides on.</summary>
/// <param name="Available">The stock, locked.</param>
/// <param name="Earlier">The bookings that keys of the batch have made before.</param>
internal sealed record BatchStart(int Available, IReadOnlyDictionary<string, Booking> Earlier);
