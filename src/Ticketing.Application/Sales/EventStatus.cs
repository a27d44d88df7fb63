using Ticketing.Domain;

namespace Ticketing.Application.Sales;

/// <summary>The state of an event's sale. All figures are from the same moment.</summary>
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

    /// <summary>Number of tickets in all bookings.</summary>
    public required long TicketsSold { get; init; }

    /// <summary>Number of bookings.</summary>
    public required long Bookings { get; init; }

    /// <summary>Number of tickets sold that do not exist.</summary>
    public long Oversold => Math.Max(0, TicketsSold - TotalTickets);

    /// <summary>Time of set-up, UTC.</summary>
    public required DateTime CreatedAt { get; init; }
}
