namespace Ticketing.RaceLab.Verification;

/// <summary>The bookings of the system under test, read back after the load.</summary>
public interface ILedger
{
    /// <summary>Maximum age of a read. Zero for the database.</summary>
    TimeSpan Staleness { get; }

    Task<StoredEvent> ReadEventAsync(int eventId, CancellationToken cancellationToken);

    Task<IReadOnlyList<StoredBooking>> ReadBookingsAsync(int eventId, CancellationToken cancellationToken);
}

public sealed record StoredEvent(int Id, int TotalTickets, int AvailableTickets, long Bookings, int HeldTickets = 0);

/// <param name="At">UTC, from the clock of the system under test.</param>
/// <param name="Status">What it is now.</param>
public readonly record struct StoredBooking(long Id, int EventId, int UserId, int Quantity, DateTime At, string Status = StoredBooking.Confirmed)
{
    public const string Confirmed = "confirmed";
    public const string Held = "held";

    public bool IsConfirmed => Status == Confirmed;

    public bool IsHeld => Status == Held;
}
