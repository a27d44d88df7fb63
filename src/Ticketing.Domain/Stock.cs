namespace Ticketing.Domain;

/// <summary>The tickets of an event at one moment, and the rules of their sale. Available, held and sold tickets are always the total.</summary>
/// <param name="Total">Number of tickets put on sale.</param>
/// <param name="Available">Number of tickets left; below zero if the naive strategy has oversold.</param>
/// <param name="Held">Number of tickets taken out of the stock, but not sold yet.</param>
/// <param name="Bookings">Number of confirmed bookings; null until an upgrade has counted them.</param>
/// <param name="Version">Incremented with every change. Of two stocks of an event, the one with the higher version is the newer.</param>
/// <param name="Rules">Who can buy them, and when.</param>
public sealed record Stock(int Total, int Available, int Held, int? Bookings, long Version, SaleRules Rules)
{
    /// <summary>Number of tickets in all confirmed bookings.</summary>
    public int Sold => Total - Available - Held;

    /// <summary>The stock after one more change, by which tickets were sold.</summary>
    /// <param name="tickets">Number of tickets.</param>
    /// <param name="bookings">Number of bookings that they went to.</param>
    public Stock Sell(int tickets, int bookings) =>
        this with { Available = Available - tickets, Bookings = Bookings + bookings, Version = Version + 1 };
}
