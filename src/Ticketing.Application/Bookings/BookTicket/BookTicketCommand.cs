using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MediatR;
using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>An order of tickets.</summary>
/// <param name="UserId" example="42">The user who books, 1 to 2,147,483,647.</param>
/// <param name="EventId" example="1">The event, 1 to 2,147,483,647.</param>
/// <param name="Quantity" example="2">Number of tickets, 1 to 10. All are booked, or none.</param>
public sealed record BookTicketCommand(
    [property: Required] int UserId,
    [property: Required] int EventId,
    int Quantity = 1) : IRequest<BookingOutcome>
{
    /// <summary>The header with the <see cref="IdempotencyKey"/>.</summary>
    public const string IdempotencyKeyHeader = "Idempotency-Key";

    /// <summary>The client's key for this order, from the header <c>Idempotency-Key</c>, or null.</summary>
    [JsonIgnore]
    public string? IdempotencyKey { get; init; }

    /// <summary>Creates the booking of this order.</summary>
    /// <param name="now">Time of the booking, UTC.</param>
    public Booking ToBooking(DateTime now) => new(UserId, EventId, Quantity, IdempotencyKey, now);

    /// <summary>Whether <paramref name="booking"/> was made for this order, its idempotency key aside.</summary>
    public bool IsServedBy(Booking booking) => booking.IsFor(UserId, EventId, Quantity);
}
