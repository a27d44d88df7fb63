namespace Ticketing.Application.Races;

/// <summary>Counts what the database holds of an event. It reads each of its bookings, so it is for events that are small and over.</summary>
public interface IEventLedger
{
    /// <summary>Counts the bookings of an event.</summary>
    /// <returns>Null if the event does not exist.</returns>
    Task<EventCount?> CountAsync(int eventId, CancellationToken cancellationToken);
}

/// <summary>What the database holds of an event.</summary>
/// <param name="AvailableTickets">Tickets left, as the event's row has it; below zero if they were oversold.</param>
/// <param name="TicketsSold">Tickets of all confirmed bookings.</param>
/// <param name="Bookings">Number of confirmed bookings.</param>
/// <param name="Oversold">Tickets sold beyond the total.</param>
public sealed record EventCount(int AvailableTickets, long TicketsSold, int Bookings, long Oversold);
