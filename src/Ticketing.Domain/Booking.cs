namespace Ticketing.Domain;

/// <summary>An order that was confirmed. Bookings are written once and never change.</summary>
public sealed class Booking
{
    /// <summary>The most tickets in one order.</summary>
    public const int MaxQuantity = 10;

    /// <summary>The longest idempotency key, in characters.</summary>
    public const int MaxIdempotencyKeyLength = 255;

    /// <summary>A booking that is about to be stored.</summary>
    /// <param name="userId">Who booked.</param>
    /// <param name="eventId">For which event.</param>
    /// <param name="quantity">How many tickets, 1 to <see cref="MaxQuantity"/>.</param>
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

    /// <summary>Given by the database; 0 until the booking has been stored.</summary>
    public long Id { get; private set; }

    /// <summary>Who booked.</summary>
    public int UserId { get; private set; }

    /// <summary>For which event.</summary>
    public int EventId { get; private set; }

    /// <summary>How many tickets.</summary>
    public int Quantity { get; private set; }

    /// <summary>The buyer's key, unique over all bookings, or null where none was given.</summary>
    public string? IdempotencyKey { get; private set; }

    /// <summary>When it was booked, UTC.</summary>
    public DateTime Timestamp { get; private set; }

    /// <summary>
    /// Whether a repeated idempotency key comes with the order that this booking was made for. If not, the key was reused by mistake.
    /// </summary>
    public bool IsFor(int userId, int eventId, int quantity) =>
        UserId == userId && EventId == eventId && Quantity == quantity;
}
