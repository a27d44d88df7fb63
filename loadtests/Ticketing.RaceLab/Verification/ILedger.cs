namespace Ticketing.RaceLab.Verification;

/// <summary>What the system under test has on record, read back after the load.</summary>
public interface ILedger
{
    /// <summary>How long an answer may lag behind the truth. Zero for the database itself.</summary>
    TimeSpan Staleness { get; }

    Task<StoredEvent> ReadEventAsync(int eventId, CancellationToken cancellationToken);

    Task<IReadOnlyList<StoredBooking>> ReadBookingsAsync(int eventId, CancellationToken cancellationToken);
}

public sealed record StoredEvent(int Id, int TotalTickets, int AvailableTickets);

/// <param name="At">UTC, from the clock of the system under test.</param>
public readonly record struct StoredBooking(long Id, int EventId, int UserId, int Quantity, DateTime At);
