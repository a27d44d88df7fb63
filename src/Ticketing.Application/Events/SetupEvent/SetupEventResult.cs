using Ticketing.Domain;

namespace Ticketing.Application.Events.SetupEvent;

/// <summary>The event that was set up.</summary>
/// <param name="Message">Says so.</param>
/// <param name="EventId">The event's id, for bookings.</param>
/// <param name="EventName">What it is called.</param>
/// <param name="TotalTickets">How many tickets it has.</param>
/// <param name="Strategy">How they are sold.</param>
public sealed record SetupEventResult(string Message, int EventId, string EventName, int TotalTickets, BookingStrategy Strategy);
