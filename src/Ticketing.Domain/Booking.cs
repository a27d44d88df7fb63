namespace Ticketing.Domain;

/// <summary>
/// An order that took tickets out of the stock, and what became of it: held → confirmed, released or expired; confirmed → cancelled.
/// </summary>
public sealed class Booking
{
    /// <summary>Maximum number of tickets in one order.</summary>
    public const int MaxQuantity = 10;

    /// <summary>Maximum length of <see cref="CreatedBy"/>, in characters.</summary>
    public const int MaxCreatorLength = 255;

    /// <summary>Maximum length of an idempotency key, in characters.</summary>
    public const int MaxIdempotencyKeyLength = 255;

    /// <summary>Creates a booking, to be stored.</summary>
    /// <param name="userId">The user who books.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="quantity">Number of tickets, 1 to <see cref="MaxQuantity"/>.</param>
    /// <param name="idempotencyKey">The buyer's key, or null.</param>
    /// <param name="timestamp">Now, UTC.</param>
    /// <param name="holdSeconds">For a hold: for how long, in seconds. Without it, the booking is confirmed.</param>
    /// <param name="createdBy">Who makes it, where callers are asked who they are.</param>
    public Booking(int userId, int eventId, int quantity, string? idempotencyKey, DateTime timestamp, int? holdSeconds = null, string? createdBy = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantity, MaxQuantity);
        UserId = userId;
        EventId = eventId;
        Quantity = quantity;
        IdempotencyKey = idempotencyKey;
        Timestamp = timestamp;
        HoldSeconds = holdSeconds;
        CreatedBy = createdBy;
        Status = holdSeconds is null ? BookingStatus.Confirmed : BookingStatus.Held;
        ExpiresAt = holdSeconds is { } seconds ? timestamp.AddSeconds(seconds) : null;
    }

    /// <summary>A booking that was stored before, read by hand-written SQL.</summary>
    public static Booking Stored(
        long id, int userId, int eventId, int quantity, string? idempotencyKey, DateTime timestamp,
        int? holdSeconds = null, BookingStatus status = BookingStatus.Confirmed, DateTime? expiresAt = null, DateTime? changedAt = null) =>
        new(userId, eventId, quantity, idempotencyKey, timestamp, holdSeconds) { Id = id, Status = status, ExpiresAt = expiresAt, ChangedAt = changedAt };

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

    /// <summary>For how long the tickets were held at first, in seconds; null if they were booked at once.</summary>
    public int? HoldSeconds { get; private set; }

    /// <summary>Who made it, such as <c>seller:shop</c>; null if nobody was asked.</summary>
    public string? CreatedBy { get; private set; }

    /// <summary>Where it is in its life. A hold that is due is <see cref="BookingStatus.Held"/> until somebody expires it; see <see cref="IsDue"/>.</summary>
    public BookingStatus Status { get; private set; }

    /// <summary>When the hold expires, UTC; null if the tickets are not held any more, or never were.</summary>
    public DateTime? ExpiresAt { get; private set; }

    /// <summary>Time of the last change, UTC; null if there was none.</summary>
    public DateTime? ChangedAt { get; private set; }

    /// <summary>
    /// Whether this booking was made for such an order. If a repeated idempotency key comes with another order, it was reused by mistake.
    /// </summary>
    public bool IsFor(int userId, int eventId, int quantity, int? holdSeconds) =>
        UserId == userId && EventId == eventId && Quantity == quantity && HoldSeconds == holdSeconds;

    /// <summary>Whether the time of a hold is over, so that nobody can confirm it any more.</summary>
    public bool IsDue(DateTime now) => Status == BookingStatus.Held && now >= ExpiresAt;

    /// <summary>Sells the tickets of a hold.</summary>
    /// <param name="now">Now by the database's clock, UTC, read under the event's lock.</param>
    /// <returns>Refused if it was released or cancelled, or has expired. If it is due, it expires now.</returns>
    public Transition Confirm(DateTime now) =>
        Expire(now) == Transition.Done ? Transition.Refused
        : Status == BookingStatus.Held ? Become(BookingStatus.Confirmed, now)
        : UnchangedIf(BookingStatus.Confirmed);

    /// <summary>Gives the tickets of a hold back.</summary>
    /// <param name="now">Now by the database's clock, UTC, read under the event's lock.</param>
    /// <returns>Refused if it was confirmed. If it is due, it expires now, which leaves nothing to give back.</returns>
    public Transition Release(DateTime now) =>
        Expire(now) == Transition.Done ? Transition.Unchanged
        : Status == BookingStatus.Held ? Become(BookingStatus.Released, now)
        : UnchangedIf(BookingStatus.Released, BookingStatus.Expired);

    /// <summary>Ends a hold whose time is over.</summary>
    /// <param name="now">Now by the database's clock, UTC, read under the event's lock.</param>
    /// <returns>Unchanged if it is not due.</returns>
    public Transition Expire(DateTime now) => IsDue(now) ? Become(BookingStatus.Expired, now) : Transition.Unchanged;

    /// <summary>Holds the tickets longer: for some seconds from now. It never makes a hold shorter.</summary>
    /// <param name="now">Now by the database's clock, UTC, read under the event's lock.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="maxSeconds">For how long tickets can be held at most, since the hold was made.</param>
    /// <returns>Refused if the tickets are not held any more, or would be held for too long.</returns>
    public Transition Extend(DateTime now, int seconds, int maxSeconds)
    {
        if (Expire(now) == Transition.Done || Status != BookingStatus.Held || now.AddSeconds(seconds) > Timestamp.AddSeconds(maxSeconds))
        {
            return Transition.Refused;
        }

        if (now.AddSeconds(seconds) <= ExpiresAt)
        {
            return Transition.Unchanged;
        }

        ExpiresAt = now.AddSeconds(seconds);
        ChangedAt = now;
        return Transition.Done;
    }

    /// <summary>Gives the tickets of a confirmed booking back.</summary>
    /// <param name="now">Now by the database's clock, UTC, read under the event's lock.</param>
    /// <returns>Refused if it is not confirmed.</returns>
    public Transition Cancel(DateTime now) =>
        Status == BookingStatus.Confirmed ? Become(BookingStatus.Cancelled, now) : UnchangedIf(BookingStatus.Cancelled);

    private Transition Become(BookingStatus status, DateTime now)
    {
        Status = status;
        ExpiresAt = null; // only a hold has a time when it expires, and the index of due holds relies on that
        ChangedAt = now;
        return Transition.Done;
    }

    private Transition UnchangedIf(params ReadOnlySpan<BookingStatus> statuses) => statuses.Contains(Status) ? Transition.Unchanged : Transition.Refused;
}

/// <summary>The result of asking a booking to change. What it was refused for is its status.</summary>
public enum Transition
{
    /// <summary>It has changed.</summary>
    Done,

    /// <summary>It was so already.</summary>
    Unchanged,

    /// <summary>It cannot, because of its status.</summary>
    Refused,
}
