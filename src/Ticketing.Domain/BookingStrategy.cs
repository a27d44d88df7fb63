namespace Ticketing.Domain;

/// <summary>
/// The ways to sell a hot ticket. Chosen when an event is set up, stored with it, and never changed.
/// JSON and the database use the snake_case names, see <see cref="BookingStrategyNames"/>.
/// </summary>
public enum BookingStrategy
{
    /// <summary>Read, check, wait, decrement, without a transaction. Oversells on purpose.</summary>
    Naive,

    /// <summary>Pessimistic: lock the event's row, check, decrement, commit.</summary>
    ForUpdate,

    /// <summary>Optimistic: save only if the version is unchanged, otherwise retry.</summary>
    RowVersion,

    /// <summary>One guarded UPDATE that checks and decrements.</summary>
    AtomicUpdate,

    /// <summary>A Redis lock around check and decrement, guarded by the database.</summary>
    DistributedLock,

    /// <summary>Group commit: a queue per event, whose only writer commits many bookings in one transaction.</summary>
    Batched,

    /// <summary>A message queue: all replicas send their orders to a Redis Stream, whose only consumer commits them in batches.</summary>
    Queued,
}
