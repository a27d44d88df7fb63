namespace Ticketing.Domain;

/// <summary>
/// A concert whose tickets are on sale. <see cref="TotalTickets"/> and <see cref="Strategy"/> never change after set-up,
/// so they may be kept in memory; <see cref="AvailableTickets"/> is the hot number that everybody wants to change at once.
/// </summary>
public sealed class Event
{
    /// <summary>The longest name, in UTF-16 characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>The most tickets that one event can have.</summary>
    public const int MaxTickets = 10_000_000;

    private Event(string name, int totalTickets, BookingStrategy strategy, DateTime createdAt)
    {
        Name = name;
        TotalTickets = totalTickets;
        AvailableTickets = totalTickets;
        Strategy = strategy;
        CreatedAt = createdAt;
    }

    /// <summary>Given by the database; 0 until the event has been stored.</summary>
    public int Id { get; private set; }

    /// <summary>What the event is called.</summary>
    public string Name { get; private set; }

    /// <summary>How many tickets were put on sale.</summary>
    public int TotalTickets { get; private set; }

    /// <summary>How many are left. Below zero only where the naive strategy has oversold.</summary>
    public int AvailableTickets { get; private set; }

    /// <summary>How this event's tickets are sold.</summary>
    public BookingStrategy Strategy { get; private set; }

    /// <summary>Counts the changes of <see cref="AvailableTickets"/>; the optimistic strategy compares it.</summary>
    public int Version { get; private set; }

    /// <summary>When the event was set up, UTC.</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>Puts an event on sale with all of its tickets available.</summary>
    /// <param name="name">Not blank, at most <see cref="MaxNameLength"/> characters.</param>
    /// <param name="totalTickets">1 to <see cref="MaxTickets"/>.</param>
    /// <param name="strategy">How its tickets are sold.</param>
    /// <param name="createdAt">Now, UTC.</param>
    /// <exception cref="ArgumentException">A value is outside its limits.</exception>
    public static Event SetUp(string name, int totalTickets, BookingStrategy strategy, DateTime createdAt)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength, nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(totalTickets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(totalTickets, MaxTickets);
        return new Event(name, totalTickets, strategy, createdAt);
    }

    /// <summary>Whether an order of <paramref name="quantity"/> can be served from <paramref name="available"/> tickets.</summary>
    public static Availability Check(int available, int quantity) =>
        available <= 0 ? Availability.SoldOut
        : available < quantity ? Availability.NotEnough
        : Availability.Enough;

    /// <summary>Takes tickets out of the stock, all of them or none.</summary>
    /// <param name="quantity">How many, 1 or more.</param>
    /// <exception cref="NotEnoughTicketsException">Fewer are left; nothing was taken.</exception>
    public void Take(int quantity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantity, 1);
        if (Check(AvailableTickets, quantity) != Availability.Enough)
        {
            throw new NotEnoughTicketsException(AvailableTickets, quantity);
        }

        AvailableTickets -= quantity;
        Version++;
    }
}

/// <summary>What the stock says to an order.</summary>
public enum Availability
{
    /// <summary>The order can be served whole.</summary>
    Enough,

    /// <summary>Tickets are left, but fewer than were asked for.</summary>
    NotEnough,

    /// <summary>No ticket is left.</summary>
    SoldOut,
}

/// <summary>Tickets were to be taken that are not there: the caller did not ask <see cref="Event.Check"/> first.</summary>
/// <param name="available">What is left.</param>
/// <param name="quantity">What was to be taken.</param>
public sealed class NotEnoughTicketsException(int available, int quantity)
    : InvalidOperationException($"{quantity} tickets cannot be taken from {available}.")
{
    /// <summary>What is left.</summary>
    public int Available { get; } = available;

    /// <summary>What was to be taken.</summary>
    public int Quantity { get; } = quantity;
}
