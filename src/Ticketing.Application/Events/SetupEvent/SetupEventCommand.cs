using System.Text.Json.Serialization;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Domain;

namespace Ticketing.Application.Events.SetupEvent;

/// <summary>Puts a new event on sale, which becomes the current one.</summary>
/// <param name="EventName" example="Concert">The name, at most 200 characters.</param>
/// <param name="TotalTickets" example="100">Number of tickets, 1 to 10,000,000.</param>
/// <param name="Strategy" example="batched">The strategy that sells the tickets.</param>
/// <param name="MaxPerUser" example="8">Maximum number of tickets of one user, over all orders, 1 to 10,000,000; without it, there is no limit.</param>
/// <param name="SaleStartsAt">When the sale starts; without it, at once.</param>
/// <param name="SaleEndsAt">When the sale ends; without it, only <c>POST /events/{id}/close</c> ends it.</param>
/// <param name="HoldSeconds" example="600">For how long a hold lasts if its order does not say, in seconds, 10 to 3,600; without it, 600, or <c>max_hold_seconds</c> if that is less.</param>
/// <param name="MaxHoldSeconds" example="1800">
/// For how long tickets can be held, extensions included, in seconds, 10 to 86,400, and not less than <c>hold_seconds</c>; without it, 1,800, or <c>hold_seconds</c> if that is more.
/// </param>
public sealed record SetupEventCommand(
    string EventName = "Concert",
    int TotalTickets = 100,
    BookingStrategy Strategy = BookingStrategy.Batched,
    int? MaxPerUser = null,
    DateTimeOffset? SaleStartsAt = null,
    DateTimeOffset? SaleEndsAt = null,
    int? HoldSeconds = null,
    int? MaxHoldSeconds = null) : IRequest<SetupEventResult?>
{
    /// <summary>What it is for.</summary>
    [JsonIgnore]
    public EventKind Kind { get; init; }

    /// <summary>Who sets it up.</summary>
    [JsonIgnore]
    public Actor Actor { get; init; } = new(null, "");
}

/// <summary>The event that was set up.</summary>
/// <param name="Message">A confirmation for people.</param>
/// <param name="EventId">The event's id, for bookings.</param>
/// <param name="EventName">The event's name.</param>
/// <param name="TotalTickets">Number of tickets.</param>
/// <param name="Strategy">The strategy that sells the tickets.</param>
public sealed record SetupEventResult(string Message, int EventId, string EventName, int TotalTickets, BookingStrategy Strategy);
