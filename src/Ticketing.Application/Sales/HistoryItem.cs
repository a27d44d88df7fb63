using Ticketing.Domain;

namespace Ticketing.Application.Sales;

/// <summary>A booking in a list.</summary>
/// <param name="BookingId">The id of the booking.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">The user who booked.</param>
/// <param name="Quantity">Number of tickets.</param>
/// <param name="Timestamp">Time of the booking, UTC.</param>
/// <param name="Status">Held, confirmed, released, expired or cancelled.</param>
/// <param name="ExpiresAt">When the hold expires, UTC; null if the tickets are not held.</param>
public sealed record HistoryItem(long BookingId, int EventId, int UserId, int Quantity, DateTime Timestamp, BookingStatus Status, DateTime? ExpiresAt);
