using Ticketing.Domain;

namespace Ticketing.Application.Sales;

/// <summary>The state of an event's sale. All figures are from the same moment, but for the bookings until an upgrade is finished.</summary>
public sealed record EventStatus
{
    /// <summary>The event's id.</summary>
    public required int EventId { get; init; }

    /// <summary>The event's name.</summary>
    public required string EventName { get; init; }

    /// <summary>The strategy that sells the tickets.</summary>
    public required BookingStrategy Strategy { get; init; }

    /// <summary>Number of tickets put on sale.</summary>
    public required int TotalTickets { get; init; }

    /// <summary>Number of tickets left; below zero if the naive strategy has oversold.</summary>
    public required int AvailableTickets { get; init; }

    /// <summary>Number of tickets that are held for buyers who have not confirmed yet.</summary>
    public required int HeldTickets { get; init; }

    /// <summary>Number of tickets in confirmed bookings.</summary>
    public required long TicketsSold { get; init; }

    /// <summary>Number of confirmed bookings.</summary>
    public required long Bookings { get; init; }

    /// <summary>Number of tickets sold that do not exist.</summary>
    public long Oversold => Math.Max(0, TicketsSold - TotalTickets);

    /// <summary>Whether tickets can be bought now, by this server's clock. Orders are decided by the database's.</summary>
    public required SaleState State { get; init; }

    /// <summary>Maximum number of tickets of one user, over all orders; null for no limit.</summary>
    public required int? MaxPerUser { get; init; }

    /// <summary>When the sale starts, UTC; null if it starts at once.</summary>
    public required DateTime? SaleStartsAt { get; init; }

    /// <summary>When the sale ends, UTC; null if it ends only when it is closed.</summary>
    public required DateTime? SaleEndsAt { get; init; }

    /// <summary>Time of set-up, UTC.</summary>
    public required DateTime CreatedAt { get; init; }
}
