using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>
/// The outcome of an order. Expected outcomes are returned; exceptions are for faults.
/// The list is closed: one switch turns every outcome into a response.
/// </summary>
public abstract record BookingOutcome
{
    private BookingOutcome()
    {
    }

    /// <summary>The order took tickets; returned only after COMMIT.</summary>
    /// <param name="BookingId">The id of the booking.</param>
    /// <param name="Replayed">True if the idempotency key had ordered before; this is that first booking.</param>
    public abstract record Taken(long BookingId, bool Replayed) : BookingOutcome;

    /// <summary>Confirmed; returned only after COMMIT.</summary>
    /// <param name="BookingId">The id of the booking.</param>
    /// <param name="Replayed">True if the idempotency key had booked before; this is that first booking.</param>
    public sealed record Booked(long BookingId, bool Replayed = false) : Taken(BookingId, Replayed);

    /// <summary>The tickets are held; returned only after COMMIT.</summary>
    /// <param name="Hold">The hold. If it is replayed, it may have ended since.</param>
    /// <param name="Replayed">True if the idempotency key had ordered before; this is that first hold.</param>
    public sealed record Held(BookingState Hold, bool Replayed = false) : Taken(Hold.BookingId, Replayed);

    /// <summary>The booking is as it was asked for; returned only after COMMIT.</summary>
    /// <param name="Booking">The booking.</param>
    /// <param name="Returned">Number of tickets that came back into the stock.</param>
    /// <param name="Replayed">True if it was so already.</param>
    public sealed record Changed(BookingState Booking, int Returned, bool Replayed) : BookingOutcome;

    /// <summary>Too few tickets for the order. Held ones may come back.</summary>
    /// <param name="HeldTickets">Number of tickets that are held at the time of the decision.</param>
    public abstract record Shortage(int HeldTickets) : BookingOutcome;

    /// <summary>No ticket is left.</summary>
    /// <param name="HeldTickets">Number of tickets that are held at the time of the decision.</param>
    public sealed record SoldOut(int HeldTickets = 0) : Shortage(HeldTickets);

    /// <summary>Tickets are left, but fewer than ordered; a smaller order may succeed.</summary>
    /// <param name="Available">Tickets left at the time of the decision.</param>
    /// <param name="HeldTickets">Number of tickets that are held at the time of the decision.</param>
    public sealed record NotEnoughTickets(int Available, int HeldTickets = 0) : Shortage(HeldTickets);

    /// <summary>The user would have more tickets of the event than the limit.</summary>
    /// <param name="Remaining">The number that the user can still order.</param>
    public sealed record LimitReached(int Remaining) : BookingOutcome;

    /// <summary>The sale has not started.</summary>
    /// <param name="StartsAt">When it does, UTC.</param>
    public sealed record NotOnSale(DateTime StartsAt) : BookingOutcome;

    /// <summary>The sale is paused.</summary>
    public sealed record Paused : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static Paused Instance { get; } = new();
    }

    /// <summary>The sale has ended.</summary>
    public sealed record SaleEnded : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static SaleEnded Instance { get; } = new();
    }

    /// <summary>The event does not exist.</summary>
    public sealed record EventNotFound : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static EventNotFound Instance { get; } = new();
    }

    /// <summary>This server cannot sell the event: it lacks what the event's strategy needs, or does not know the strategy.</summary>
    public sealed record StrategyUnavailable : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static StrategyUnavailable Instance { get; } = new();
    }

    /// <summary>The idempotency key belongs to a booking with another payload.</summary>
    public sealed record KeyReused : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static KeyReused Instance { get; } = new();
    }

    /// <summary>The booking to change does not exist.</summary>
    public sealed record BookingNotFound : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static BookingNotFound Instance { get; } = new();
    }

    /// <summary>The booking cannot be changed in that way, because of its status.</summary>
    /// <param name="Status">Its status.</param>
    public sealed record WrongStatus(BookingStatus Status) : BookingOutcome;

    /// <summary>The booking was cancelled: the answer to a repetition of its order.</summary>
    public sealed record BookingCancelled : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static BookingCancelled Instance { get; } = new();
    }

    /// <summary>The tickets would be held for longer than the event allows.</summary>
    /// <param name="MaxSeconds">For how long tickets can be held, since the hold was made, in seconds.</param>
    public sealed record HoldLimitReached(int MaxSeconds) : BookingOutcome;

    /// <summary>Replicas of the previous version, which do not know holds, may still sell the event.</summary>
    public sealed record UpgradeInProgress : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static UpgradeInProgress Instance { get; } = new();
    }

    /// <summary>Nothing was booked, and trying again later may succeed.</summary>
    /// <param name="Reason">What was full, used up or unavailable.</param>
    public sealed record Busy(BusyReason Reason) : BookingOutcome;

    /// <summary>
    /// The connection was lost at COMMIT, and the outcome could not be looked up: the booking may or may not exist.
    /// </summary>
    public sealed record Unknown : BookingOutcome
    {
        /// <summary>The only instance that is needed.</summary>
        public static Unknown Instance { get; } = new();
    }

    /// <summary>
    /// The refusal of an order that the stock cannot serve: sold out, or not enough. Null if it can be served.
    /// </summary>
    public static BookingOutcome? Refusal(int available, int held, int quantity) => Event.Check(available, quantity) switch
    {
        Availability.Enough => null,
        Availability.SoldOut => new SoldOut(held),
        _ => new NotEnoughTickets(available, held),
    };

    /// <summary>The refusal of a hold that replicas of the previous version would ignore; null if there is none.</summary>
    public static BookingOutcome? RefusalOfHold(Stock stock, BookTicketCommand order) =>
        stock.Bookings is null && order.HoldSeconds is not null ? UpgradeInProgress.Instance : null;

    /// <summary>The refusal of an order while the tickets are not on sale; null if they are.</summary>
    /// <param name="rules">The rules of the sale.</param>
    /// <param name="now">Now, UTC.</param>
    /// <param name="isReadOnly">Whether no orders are taken at all, for maintenance.</param>
    public static BookingOutcome? Refusal(SaleRules rules, DateTime now, bool isReadOnly) => isReadOnly ? Paused.Instance : rules.At(now) switch
    {
        SaleState.OnSale => null,
        SaleState.Paused => Paused.Instance,
        SaleState.Ended => SaleEnded.Instance,
        _ => new NotOnSale(rules.StartsAt!.Value),
    };

    /// <summary>The refusal of an order with which the user would have too many tickets; null if not.</summary>
    /// <param name="rules">The rules of the sale.</param>
    /// <param name="owned">Number of tickets that the user has.</param>
    /// <param name="quantity">Number of tickets ordered.</param>
    public static BookingOutcome? RefusalByLimit(SaleRules rules, int owned, int quantity) =>
        owned + quantity > rules.MaxPerUser ? new LimitReached(Math.Max(0, rules.MaxPerUser.Value - owned)) : null;
}

/// <summary>Why an order was not decided.</summary>
public enum BusyReason
{
    /// <summary>The attempts, or the time for them, ran out while other buyers were changing the same row.</summary>
    Contention,

    /// <summary>The queue for the event is full.</summary>
    QueueFull,

    /// <summary>The lock for the event cannot be used, because Redis is unavailable.</summary>
    LockUnavailable,

    /// <summary>The queue for the event cannot be used, because Redis is unavailable.</summary>
    BrokerUnavailable,

    /// <summary>The connection to the database was lost before the order was decided.</summary>
    DatabaseLost,

    /// <summary>This server is stopping.</summary>
    Stopping,
}
