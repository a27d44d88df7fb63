using Ticketing.Domain;

namespace Ticketing.Application.Sales;

/// <summary>How the sale of an event stands. All figures are of one moment.</summary>
public sealed record EventStatus
{
    /// <summary>The event's id.</summary>
    public required int EventId { get; init; }

    /// <summary>What it is called.</summary>
    public required string EventName { get; init; }

    /// <summary>How its tickets are sold.</summary>
    public required BookingStrategy Strategy { get; init; }

    /// <summary>How many tickets were put on sale.</summary>
    public required int TotalTickets { get; init; }

    /// <summary>How many are left; below zero where the naive strategy has oversold.</summary>
    public required int AvailableTickets { get; init; }

    /// <summary>How many tickets the bookings add up to.</summary>
    public required long TicketsSold { get; init; }

    /// <summary>How many bookings there are.</summary>
    public required long Bookings { get; init; }

    /// <summary>How many tickets were sold that do not exist.</summary>
    public long Oversold => Math.Max(0, TicketsSold - TotalTickets);

    /// <summary>When the event was set up, UTC.</summary>
    public required DateTime CreatedAt { get; init; }
}
