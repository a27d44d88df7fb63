using Ticketing.Domain;

namespace Ticketing.Application.Bookings;

/// <summary>A booking as it was at one moment.</summary>
/// <param name="BookingId">The id of the booking; a hold's id is its booking's id.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">The user who booked.</param>
/// <param name="Quantity">Number of tickets.</param>
/// <param name="Status">Held, confirmed, released, expired or cancelled.</param>
/// <param name="Timestamp">Time of the booking, UTC.</param>
/// <param name="ExpiresAt">When the hold expires, UTC; null if the tickets are not held.</param>
/// <param name="ExpiresInSeconds">The time that is left until then, in seconds; null if the tickets are not held.</param>
/// <param name="ChangedAt">Time of the last change, UTC; null if there was none.</param>
public sealed record BookingState(
    long BookingId, int EventId, int UserId, int Quantity, BookingStatus Status, DateTime Timestamp, DateTime? ExpiresAt, double? ExpiresInSeconds, DateTime? ChangedAt)
{
    /// <summary>The state of a booking. A hold that is due is shown as expired: it cannot be confirmed any more, even if its tickets are not back yet.</summary>
    /// <param name="booking">The booking.</param>
    /// <param name="now">Now by the database's clock, UTC.</param>
    public static BookingState Of(Booking booking, DateTime now)
    {
        var isDue = booking.IsDue(now);
        var expiresAt = isDue ? null : booking.ExpiresAt;
        return new(
            booking.Id, booking.EventId, booking.UserId, booking.Quantity,
            isDue ? BookingStatus.Expired : booking.Status,
            booking.Timestamp,
            expiresAt,
            expiresAt is { } time ? Math.Round((time - now).TotalSeconds, 3) : null,
            isDue ? booking.ExpiresAt : booking.ChangedAt);
    }
}
