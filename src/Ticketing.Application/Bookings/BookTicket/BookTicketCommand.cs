using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MediatR;
using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>An order: who wants how many tickets of which event.</summary>
/// <param name="UserId" example="42">Who books, 1 to 2,147,483,647.</param>
/// <param name="EventId" example="1">For which event, 1 to 2,147,483,647.</param>
/// <param name="Quantity" example="2">How many tickets, 1 to 10, all or nothing.</param>
public sealed record BookTicketCommand(
    [property: Required] int UserId,
    [property: Required] int EventId,
    int Quantity = 1) : IRequest<BookingOutcome>
{
    /// <summary>Where <see cref="IdempotencyKey"/> is given.</summary>
    public const string IdempotencyKeyHeader = "Idempotency-Key";

    /// <summary>The buyer's own name for this order, from the header <c>Idempotency-Key</c>; null where none was given.</summary>
    [JsonIgnore]
    public string? IdempotencyKey { get; init; }

    /// <summary>The booking that this order becomes when it is served.</summary>
    /// <param name="now">The time of the booking, UTC.</param>
    public Booking ToBooking(DateTime now) => new(UserId, EventId, Quantity, IdempotencyKey, now);

    /// <summary>Whether <paramref name="booking"/> was made for this order, its idempotency key aside.</summary>
    public bool IsServedBy(Booking booking) => booking.IsFor(UserId, EventId, Quantity);
}
