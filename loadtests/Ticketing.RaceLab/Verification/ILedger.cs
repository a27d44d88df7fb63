namespace Ticketing.RaceLab.Verification;

/// <summary>The bookings of the system under test, read back after the load.</summary>
public interface ILedger
{
    /// <summary>Maximum age of a read. Zero for the database.</summary>
    TimeSpan Staleness { get; }

    Task<StoredEvent> ReadEventAsync(int eventId, CancellationToken cancellationToken);

    Task<IReadOnlyList<StoredBooking>> ReadBookingsAsync(int eventId, CancellationToken cancellationToken);
}

public sealed record StoredEvent(int Id, int TotalTickets, int AvailableTickets, long Bookings);

/// <param name="At">UTC, from the clock of the system under test.</param>
public readonly record struct StoredBooking(long Id, int EventId, int UserId, int Quantity, DateTime At);
