using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>Opens transactions for batches. Each database product has its own, because the statements are tuned to it.</summary>
internal interface IBatchDatabase
{
    /// <summary>Whether a transaction can have the batches of several events, and is faster then. SQLite locks the whole file for each.</summary>
    bool CanShareTransactions { get; }

    /// <summary>Opens a connection, without a transaction.</summary>
    Task<IBatchTransaction> OpenAsync();
}

/// <summary>
/// The transaction of one batch: two round trips at most, and never ended by a cancelled request. Disposing of it rolls back what was not committed.
/// </summary>
internal interface IBatchTransaction : IAsyncDisposable
{
    /// <summary>First round trip: begins, locks the event's row, and then reads its stock and what else the batch needs. Called again, it reads more, under the same lock.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="reads">What else to read.</param>
    /// <param name="patience">How long to wait for the row, at most; the database's own limit may be shorter.</param>
    /// <returns>Null if the event does not exist.</returns>
    Task<BatchStart?> LockAsync(int eventId, BatchReads reads, TimeSpan patience);

    /// <summary>As <see cref="LockAsync"/>, for several events, and without waiting: those whose rows others hold are left out, and those that do not exist.</summary>
    /// <param name="eventIds">The events.</param>
    /// <param name="keys">Bookings with these keys are read, of any event.</param>
    Task<IReadOnlyDictionary<int, BatchStart>> LockFreeAsync(IReadOnlyCollection<int> eventIds, IReadOnlyCollection<string> keys);

    /// <summary>
    /// Second round trip: inserts the new bookings, changes the others, changes the stock, commits. The database refuses a stock below zero, so that
    /// even a wrong plan could not oversell.
    /// </summary>
    /// <param name="plans">What to write, for each event.</param>
    /// <param name="timestamp">The time of the new bookings, UTC, and of all changes; no other batch has it.</param>
    /// <returns>The ids of the new bookings, in the order of <see cref="BatchPlan.ToInsert"/> of each plan.</returns>
    Task<IReadOnlyList<long>> CommitAsync(IReadOnlyList<BatchPlan> plans, DateTime timestamp);

    /// <summary>Before <see cref="LockAsync"/>: writes to the event's row, so that a batch whose connection was lost is committed, or never will be.</summary>
    Task FenceAsync(int eventId);

    /// <summary>
    /// After <see cref="LockAsync"/>: the bookings of the event with exactly that timestamp, in the order of their ids. Shows whether a
    /// batch was committed before its connection was lost. Null if so many have followed that this cannot be told.
    /// </summary>
    Task<IReadOnlyList<Booking>?> FindAsync(int eventId, DateTime timestamp);
}

/// <summary>What a batch reads, beside the stock.</summary>
/// <param name="Keys">Bookings with these keys, of any event.</param>
/// <param name="Ids">Bookings with these ids, of any event.</param>
/// <param name="Users">The number of tickets that each of these users has.</param>
/// <param name="MaxDue">Holds that are due: at most so many.</param>
internal sealed record BatchReads(IReadOnlyCollection<string> Keys, IReadOnlyCollection<long> Ids, IReadOnlyCollection<int> Users, int MaxDue)
{
    /// <summary>Nothing but the stock.</summary>
    public static BatchReads Nothing { get; } = new([], [], [], 0);
}

/// <summary>The data on which a batch is decided.</summary>
/// <param name="Stock">The stock, locked.</param>
/// <param name="Now">The database's time after it was locked, UTC.</param>
/// <param name="Bookings">The bookings that were asked for, each once, by their ids.</param>
/// <param name="Owned">The tickets of the users that were asked for; those without a ticket may be left out.</param>
/// <param name="Consumer">The number of the consumer of the event's orders, for <c>queued</c>.</param>
internal sealed record BatchStart(Stock Stock, DateTime Now, IReadOnlyDictionary<long, Booking> Bookings, IReadOnlyDictionary<int, int> Owned, long Consumer = 0);
