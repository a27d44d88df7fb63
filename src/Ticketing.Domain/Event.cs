namespace Ticketing.Domain;

/// <summary>
/// A concert with tickets on sale. <see cref="Strategy"/> never changes after set-up, so it can be kept in memory; <see cref="AvailableTickets"/> is the
/// hot value that all buyers change at once.
/// </summary>
public sealed class Event
{
    /// <summary>Maximum length of a name, in UTF-16 characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Maximum number of tickets of an event.</summary>
    public const int MaxTickets = 10_000_000;

    /// <summary>How long holds last unless the event was set up otherwise, in seconds.</summary>
    public const int DefaultHoldSeconds = 600;

    /// <summary>How long holds can last unless the event was set up otherwise, in seconds.</summary>
    public const int DefaultMaxHoldSeconds = 1800;

    private Event(string name, int totalTickets, BookingStrategy strategy, DateTime createdAt)
    {
        Name = name;
        TotalTickets = totalTickets;
        AvailableTickets = totalTickets;
        Strategy = strategy;
        CreatedAt = createdAt.AddTicks(-(createdAt.Ticks % TimeSpan.TicksPerMicrosecond)); // as databases keep it
    }

    /// <summary>Assigned by the database; 0 until the event is stored.</summary>
    public int Id { get; private set; }

    /// <summary>The name.</summary>
    public string Name { get; private set; }

    /// <summary>Number of tickets put on sale.</summary>
    public int TotalTickets { get; private set; }

    /// <summary>Number of tickets left. Below zero only if the naive strategy has oversold.</summary>
    public int AvailableTickets { get; private set; }

    /// <summary>Number of tickets that are held for buyers who have not confirmed yet.</summary>
    public int HeldTickets { get; private set; }

    /// <summary>Number of confirmed bookings; null until an upgrade has counted them. The database knows the value of a new event.</summary>
    public int? Bookings { get; private set; }

    /// <summary>What it is for. Never changes after set-up.</summary>
    public EventKind Kind { get; private set; }

    /// <summary>The strategy that sells the tickets.</summary>
    public BookingStrategy Strategy { get; private set; }

    /// <summary>Incremented with every change of the stock or the rules; the optimistic strategy compares it.</summary>
    public long Version { get; private set; }

    /// <summary>On sale, paused or ended, as set by the organizer.</summary>
    public SaleState State { get; private set; }

    /// <summary>Maximum number of tickets of one user, over all orders; null for no limit.</summary>
    public int? MaxPerUser { get; private set; }

    /// <summary>When the sale starts, UTC; null if it starts at once.</summary>
    public DateTime? SaleStartsAt { get; private set; }

    /// <summary>When the sale ends, UTC; null if it ends only when it is closed.</summary>
    public DateTime? SaleEndsAt { get; private set; }

    /// <summary>For how long a hold lasts if its order does not say, in seconds. Never changes after set-up.</summary>
    public int HoldSeconds { get; private set; }

    /// <summary>For how long a hold can last, extensions included, in seconds. Never changes after set-up.</summary>
    public int MaxHoldSeconds { get; private set; }

    /// <summary>The stock as it is now.</summary>
    public Stock Stock => new(TotalTickets, AvailableTickets, HeldTickets, Bookings, Version, new(State, MaxPerUser, SaleStartsAt, SaleEndsAt));

    /// <summary>Time of set-up, UTC.</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>Puts an event on sale with all of its tickets available.</summary>
    /// <param name="name">Not blank, at most <see cref="MaxNameLength"/> characters.</param>
    /// <param name="totalTickets">1 to <see cref="MaxTickets"/>.</param>
    /// <param name="strategy">The strategy that sells its tickets.</param>
    /// <param name="createdAt">Now, UTC.</param>
    /// <param name="rules">Who can buy the tickets, and when; without it, everybody can at once.</param>
    /// <param name="holdSeconds">For how long a hold lasts if its order does not say.</param>
    /// <param name="maxHoldSeconds">For how long a hold can last; not less than <paramref name="holdSeconds"/>.</param>
    /// <param name="kind">What it is for.</param>
    /// <exception cref="ArgumentException">A value is outside its limits.</exception>
    public static Event SetUp(
        string name, int totalTickets, BookingStrategy strategy, DateTime createdAt, SaleRules? rules = null,
        int holdSeconds = DefaultHoldSeconds, int maxHoldSeconds = DefaultMaxHoldSeconds, EventKind kind = EventKind.Sale)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength, nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(totalTickets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(totalTickets, MaxTickets);
        ArgumentOutOfRangeException.ThrowIfLessThan(holdSeconds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxHoldSeconds, holdSeconds);
        return new Event(name, totalTickets, strategy, createdAt)
        {
            State = rules?.State ?? SaleState.OnSale,
            MaxPerUser = rules?.MaxPerUser,
            SaleStartsAt = rules?.StartsAt,
            SaleEndsAt = rules?.EndsAt,
            HoldSeconds = holdSeconds,
            MaxHoldSeconds = maxHoldSeconds,
            Kind = kind,
        };
    }

    /// <summary>Whether an order of <paramref name="quantity"/> can be served from <paramref name="available"/> tickets.</summary>
    public static Availability Check(int available, int quantity) =>
        available <= 0 ? Availability.SoldOut
        : available < quantity ? Availability.NotEnough
        : Availability.Enough;

    /// <summary>Takes the tickets of one booking out of the stock, all of them or none.</summary>
    /// <param name="quantity">Number of tickets, 1 or more.</param>
    /// <param name="status">Held or confirmed.</param>
    /// <exception cref="NotEnoughTicketsException">Fewer are left; nothing was taken.</exception>
    public void Take(int quantity, BookingStatus status)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantity, 1);
        if (Check(AvailableTickets, quantity) != Availability.Enough)
        {
            throw new NotEnoughTicketsException(AvailableTickets, quantity);
        }

        (_, AvailableTickets, HeldTickets, Bookings, Version, _) = Stock.After(StockChange.Of(status, quantity));
    }

    /// <summary>Changes the number of tickets put on sale.</summary>
    /// <returns>False, and nothing has changed, if more are sold or held.</returns>
    public bool TryChangeTotal(int totalTickets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalTickets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(totalTickets, MaxTickets);
        if (totalTickets < TotalTickets - AvailableTickets)
        {
            return false;
        }

        AvailableTickets += totalTickets - TotalTickets;
        TotalTickets = totalTickets;
        Version++;
        return true;
    }

    /// <summary>Changes who can buy the tickets, and when. An ended sale can change in every other respect, but stays ended.</summary>
    /// <returns>False, and nothing has changed, if the sale has ended and would be on sale again, or paused.</returns>
    public bool TryChangeRules(SaleRules rules)
    {
        if (State == SaleState.Ended && rules.State != SaleState.Ended)
        {
            return false;
        }

        (State, MaxPerUser, SaleStartsAt, SaleEndsAt) = rules;
        Version++;
        return true;
    }
}

/// <summary>Whether the stock suffices for an order.</summary>
public enum Availability
{
    /// <summary>The whole order can be served.</summary>
    Enough,

    /// <summary>Tickets are left, but fewer than ordered.</summary>
    NotEnough,

    /// <summary>No ticket is left.</summary>
    SoldOut,
}

/// <summary>Fewer tickets are left than were to be taken: the caller did not call <see cref="Event.Check"/> first.</summary>
/// <param name="available">Tickets left.</param>
/// <param name="quantity">Tickets to be taken.</param>
public sealed class NotEnoughTicketsException(int available, int quantity)
    : InvalidOperationException($"{quantity} tickets cannot be taken from {available}.")
{
    /// <summary>Tickets left.</summary>
    public int Available { get; } = available;

    /// <summary>Tickets to be taken.</summary>
    public int Quantity { get; } = quantity;
}
