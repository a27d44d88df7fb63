namespace Ticketing.Domain;

/// <summary>What bookings change in the stock of their event. All changes together leave available + held + sold = total.</summary>
/// <param name="Available">Tickets that come back; negative if they are taken.</param>
/// <param name="Held">Tickets that are held in addition.</param>
/// <param name="Bookings">Confirmed bookings in addition.</param>
public readonly record struct StockChange(int Available, int Held, int Bookings)
{
    /// <summary>A booking that takes tickets for the first time.</summary>
    /// <param name="status">Held or confirmed.</param>
    /// <param name="quantity">Number of tickets.</param>
    public static StockChange Of(BookingStatus status, int quantity) => status switch
    {
        BookingStatus.Held => new(-quantity, quantity, 0),
        BookingStatus.Confirmed => new(-quantity, 0, 1),
        _ => default, // its tickets are back in the stock
    };

    /// <summary>A booking that has changed its status.</summary>
    public static StockChange Between(BookingStatus from, BookingStatus to, int quantity) => Of(to, quantity) - Of(from, quantity);

    /// <summary>Both changes.</summary>
    public static StockChange operator +(StockChange a, StockChange b) => new(a.Available + b.Available, a.Held + b.Held, a.Bookings + b.Bookings);

    /// <summary>The first change without the second.</summary>
    public static StockChange operator -(StockChange a, StockChange b) => new(a.Available - b.Available, a.Held - b.Held, a.Bookings - b.Bookings);

    /// <summary>Undoes the change.</summary>
    public static StockChange operator -(StockChange change) => default(StockChange) - change;
}
