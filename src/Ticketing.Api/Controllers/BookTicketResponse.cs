namespace Ticketing.Api.Controllers;

/// <summary>A confirmed booking.</summary>
/// <param name="Message">Says so.</param>
/// <param name="BookingId">The booking's number.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">Who booked.</param>
/// <param name="Quantity">How many tickets.</param>
public sealed record BookTicketResponse(string Message, long BookingId, int EventId, int UserId, int Quantity);
