namespace Ticketing.Application.Sales;

/// <summary>A booking as its buyer sees it.</summary>
/// <param name="BookingId">The booking's number.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">Who booked.</param>
/// <param name="Quantity">How many tickets.</param>
/// <param name="Timestamp">When, UTC.</param>
public sealed record HistoryItem(long BookingId, int EventId, int UserId, int Quantity, DateTime Timestamp);
