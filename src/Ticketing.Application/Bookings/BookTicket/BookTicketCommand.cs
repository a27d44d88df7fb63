using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>An order of tickets.</summary>
/// <param name="UserId" example="42">The user who books, 1 to 2,147,483,647.</param>
/// <param name="EventId" example="1">The event, 1 to 2,147,483,647.</param>
/// <param name="Quantity" example="2">Number of tickets, 1 to 10. All are booked, or none.</param>
public sealed record BookTicketCommand(
    [property: Required] int UserId,
    [property: Required] int EventId,
    int Quantity = 1) : IRequest<BookingOutcome>, IOrder
{
    /// <inheritdoc />
    [JsonIgnore]
    public string? IdempotencyKey { get; init; }

    /// <summary>If the tickets are to be held: for how long, in seconds. Null to book them at once.</summary>
    [JsonIgnore]
    public int? HoldSeconds { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public string? CreatedBy { get; init; }

    /// <summary>The status of the booking that the order makes.</summary>
    [JsonIgnore]
    public BookingStatus Status => HoldSeconds is null ? BookingStatus.Confirmed : BookingStatus.Held;

    /// <summary>What the order takes out of the stock.</summary>
    [JsonIgnore]
    public StockChange StockChange => StockChange.Of(Status, Quantity);

    /// <summary>This order, as that caller's.</summary>
    public BookTicketCommand By(Caller? caller) => caller is null ? this : this with { CreatedBy = caller.Id, IdempotencyKey = caller.KeyOf(IdempotencyKey) };

    /// <summary>Creates the booking of this order.</summary>
    /// <param name="now">Time of the booking, UTC; for a hold, by the database's clock.</param>
    public Booking ToBooking(DateTime now) => new(UserId, EventId, Quantity, IdempotencyKey, now, HoldSeconds, CreatedBy);

    /// <summary>Whether <paramref name="booking"/> was made for this order, its idempotency key aside.</summary>
    public bool IsServedBy(Booking booking) => booking.IsFor(UserId, EventId, Quantity, HoldSeconds);

    /// <summary>The answer once the booking of this order is stored.</summary>
    /// <param name="booking">The booking, as it is now.</param>
    /// <param name="now">Now by the database's clock, UTC. Of no importance for an order that holds nothing.</param>
    /// <param name="replayed">Whether an earlier order with the same key has made the booking.</param>
    public BookingOutcome OutcomeOf(Booking booking, DateTime now, bool replayed) =>
        HoldSeconds is not null ? new BookingOutcome.Held(BookingState.Of(booking, now), replayed)
        : booking.Status == BookingStatus.Cancelled ? BookingOutcome.BookingCancelled.Instance
        : new BookingOutcome.Booked(booking.Id, replayed);

    /// <summary>The answer to an order whose key is used up.</summary>
    /// <param name="first">The booking that was made with the key, as it is now.</param>
    /// <param name="now">Now by the database's clock, UTC.</param>
    public BookingOutcome RepetitionOf(Booking first, DateTime now) =>
        IsServedBy(first) ? OutcomeOf(first, now, replayed: true) : BookingOutcome.KeyReused.Instance;
}
