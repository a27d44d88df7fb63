namespace Ticketing.Domain;

/// <summary>A confirmed order. A booking is written once and never changes.</summary>
public sealed class Booking
{
    /// <summary>Maximum number of tickets in one order.</summary>
    public const int MaxQuantity = 10;

    /// <summary>Maximum length of an idempotency key, in characters.</summary>
    public const int MaxIdempotencyKeyLength = 255;

    /// <summary>Creates a booking, to be stored.</summary>
    /// <param name="userId">The user who books.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="quantity">Number of tickets, 1 to <see cref="MaxQuantity"/>.</param>
    /// <param name="idempotencyKey">The buyer's key, or null.</param>
    /// <param name="timestamp">Now, UTC.</param>
    public Booking(int userId, int eventId, int quantity, string? idempotencyKey, DateTime timestamp)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantity, MaxQuantity);
        UserId = userId;
        EventId = eventId;
        Quantity = quantity;
        IdempotencyKey = idempotencyKey;
        Timestamp = timestamp;
    }

    /// <summary>A booking that was stored before, read by hand-written SQL.</summary>
    public static Booking Stored(long id, int userId, int eventId, int quantity, string? idempotencyKey, DateTime timestamp) =>
        new(userId, eventId, quantity, idempotencyKey, timestamp) { Id = id };

    /// <summary>Assigned by the database; 0 until the booking is stored.</summary>
    public long Id { get; private set; }

    /// <summary>The user who booked.</summary>
    public int UserId { get; private set; }

    /// <summary>The event.</summary>
    public int EventId { get; private set; }

    /// <summary>Number of tickets.</summary>
    public int Quantity { get; private set; }

    /// <summary>The buyer's key, unique among all bookings, or null.</summary>
    public string? IdempotencyKey { get; private set; }

    /// <summary>Time of the booking, UTC.</summary>
    public DateTime Timestamp { get; private set; }

    /// <summary>
    /// Whether this booking was made for such an order. If a repeated idempotency key comes with another order, it was reused by mistake.
    /// </summary>
    public bool IsFor(int userId, int eventId, int quantity) =>
        UserId == userId && EventId == eventId && Quantity == quantity;
}
