using MediatR;
using Ticketing.Domain;

namespace Ticketing.Application.Events.SetupEvent;

/// <summary>Puts a new event on sale, which becomes the current one.</summary>
/// <param name="EventName" example="Concert">What the event is called, at most 200 characters.</param>
/// <param name="TotalTickets" example="100">How many tickets it has, 1 to 10,000,000.</param>
/// <param name="Strategy" example="batched">How they are sold.</param>
public sealed record SetupEventCommand(
    string EventName = "Concert",
    int TotalTickets = 100,
    BookingStrategy Strategy = BookingStrategy.Batched) : IRequest<SetupEventResult>;

/// <summary>The event that was set up.</summary>
/// <param name="Message">Says so.</param>
/// <param name="EventId">The event's id, for bookings.</param>
/// <param name="EventName">What it is called.</param>
/// <param name="TotalTickets">How many tickets it has.</param>
/// <param name="Strategy">How they are sold.</param>
public sealed record SetupEventResult(string Message, int EventId, string EventName, int TotalTickets, BookingStrategy Strategy);
