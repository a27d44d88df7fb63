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

    /// <summary>The stock after one more change.</summary>
    public Stock After(StockChange change) => this with
    {
        Available = Available + change.Available,
        Held = Held + change.Held,
        Bookings = Bookings + change.Bookings,
        Version = Version + 1,
    };
}
