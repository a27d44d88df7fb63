using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>
/// How a booking ended. Outcomes are what buyers are told every day, so they are returned; exceptions are left for faults.
/// The list is closed: the one switch that turns outcomes into answers covers it whole.
/// </summary>
public abstract record BookingOutcome
{
    private BookingOutcome()
    {
    }

    /// <summary>Confirmed, which is said only after COMMIT.</summary>
    /// <param name="BookingId">The booking's number.</param>
    /// <param name="Replayed">True when the idempotency key had booked before and this is that first booking.</param>
    public sealed record Booked(long BookingId, bool Replayed = false) : BookingOutcome;

    /// <summary>No ticket is left.</summary>
    public sealed record SoldOut : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static SoldOut Instance { get; } = new();
    }

    /// <summary>Tickets are left, but fewer than were asked for; a smaller order may still be served.</summary>
    /// <param name="Available">How many were left when it was decided.</param>
    public sealed record NotEnoughTickets(int Available) : BookingOutcome;

    /// <summary>There is no such event.</summary>
    public sealed record EventNotFound : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static EventNotFound Instance { get; } = new();
    }

    /// <summary>The idempotency key belongs to a booking with another payload.</summary>
    public sealed record KeyReused : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static KeyReused Instance { get; } = new();
    }

    /// <summary>Nothing was booked, and trying again later may succeed.</summary>
    /// <param name="Reason">What was full, used up or unavailable.</param>
    public sealed record Busy(BusyReason Reason) : BookingOutcome;

    /// <summary>
    /// The database was lost at COMMIT and has not come back to say what became of it: the booking may or may not exist.
    /// </summary>
    public sealed record Unknown : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static Unknown Instance { get; } = new();
    }

    /// <summary>
    /// What the stock says to an order that was not served: sold out, or not enough. Null when it can be served.
    /// </summary>
    public static BookingOutcome? Refusal(int available, int quantity) => Event.Check(available, quantity) switch
    {
        Availability.Enough => null,
        Availability.SoldOut => SoldOut.Instance,
        _ => new NotEnoughTickets(available),
    };
}

/// <summary>Why an order was not decided.</summary>
public enum BusyReason
{
    /// <summary>Other buyers of the same tickets were faster, again and again.</summary>
    Contention,

    /// <summary>The queue for the event is full.</summary>
    QueueFull,

    /// <summary>The lock for the event cannot be used, because Redis is unavailable.</summary>
    LockUnavailable,

    /// <summary>The connection to the database was lost before the order was decided.</summary>
    DatabaseLost,

    /// <summary>This server is stopping.</summary>
    Stopping,
}
