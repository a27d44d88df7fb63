using MediatR;
using Ticketing.Domain;

namespace Ticketing.Application.Events.SetupEvent;

/// <summary>Puts a new event on sale, which becomes the current one.</summary>
/// <param name="EventName" example="Concert">The name, at most 200 characters.</param>
/// <param name="TotalTickets" example="100">Number of tickets, 1 to 10,000,000.</param>
/// <param name="Strategy" example="batched">The strategy that sells the tickets.</param>
/// <param name="MaxPerUser" example="8">Maximum number of tickets of one user, over all orders, 1 to 10,000,000; without it, there is no limit.</param>
/// <param name="SaleStartsAt">When the sale starts; without it, at once.</param>
/// <param name="SaleEndsAt">When the sale ends; without it, only <c>POST /events/{id}/close</c> ends it.</param>
public sealed record SetupEventCommand(
    string EventName = "Concert",
    int TotalTickets = 100,
    BookingStrategy Strategy = BookingStrategy.Batched,
    int? MaxPerUser = null,
    DateTimeOffset? SaleStartsAt = null,
    DateTimeOffset? SaleEndsAt = null) : IRequest<SetupEventResult?>;

/// <summary>The event that was set up.</summary>
/// <param name="Message">A confirmation for people.</param>
/// <param name="EventId">The event's id, for bookings.</param>
/// <param name="EventName">The event's name.</param>
/// <param name="TotalTickets">Number of tickets.</param>
/// <param name="Strategy">The strategy that sells the tickets.</param>
public sealed record SetupEventResult(string Message, int EventId, string EventName, int TotalTickets, BookingStrategy Strategy);
