namespace Ticketing.Domain;

/// <summary>
/// The ways to sell a hot ticket. Chosen when an event is set up, stored with it, and never changed afterwards.
/// On the wire and in the database each one goes by its snake_case name, see <see cref="BookingStrategyNames"/>.
/// </summary>
public enum BookingStrategy
{
    /// <summary>Read, check, wait, decrement, without a transaction. Oversells on purpose.</summary>
    Naive,

    /// <summary>Pessimistic: lock the event's row, check, decrement, commit.</summary>
    ForUpdate,

    /// <summary>Optimistic: save only where the version is still the one that was read, else try again.</summary>
    RowVersion,

    /// <summary>One guarded UPDATE that checks and decrements at once.</summary>
    AtomicUpdate,

    /// <summary>A Redis lock around check and decrement, with the database's own guard underneath.</summary>
    DistributedLock,

    /// <summary>A queue per event, whose one writer commits many bookings in one transaction.</summary>
    Batched,
}
