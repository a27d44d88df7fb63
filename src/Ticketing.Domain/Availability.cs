namespace Ticketing.Domain;

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
