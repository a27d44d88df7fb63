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
        /// <summary>The one instance: it says nothing more.</summary>
        public static readonly SoldOut Instance = new();

        private SoldOut()
        {
        }
    }

    /// <summary>Tickets are left, but fewer than were asked for; a smaller order may still be served.</summary>
    /// <param name="Available">How many were left when it was decided.</param>
    public sealed record NotEnoughTickets(int Available) : BookingOutcome;

    /// <summary>There is no such event.</summary>
    public sealed record EventNotFound : BookingOutcome
    {
        /// <summary>The one instance: it says nothing more.</summary>
        public static readonly EventNotFound Instance = new();

        private EventNotFound()
        {
        }
    }

    /// <summary>The idempotency key belongs to a booking with another payload.</summary>
    public sealed record KeyReused : BookingOutcome
    {
        /// <summary>The one instance: it says nothing more.</summary>
        public static readonly KeyReused Instance = new();

        private KeyReused()
        {
        }
    }

    /// <summary>Too many want the same row at once: nothing was booked, and trying again later may succeed.</summary>
    /// <param name="Reason">What was full or used up, in a sentence for the buyer.</param>
    public sealed record Busy(string Reason) : BookingOutcome;

    /// <summary>
    /// The database was lost at COMMIT and has not come back to say what became of it: the booking may or may not exist.
    /// </summary>
    public sealed record Unknown : BookingOutcome
    {
        /// <summary>The one instance: it says nothing more.</summary>
        public static readonly Unknown Instance = new();

        private Unknown()
        {
        }
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
