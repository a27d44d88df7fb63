using System.ComponentModel.DataAnnotations;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>The section <c>Booking</c> of the configuration: how the strategies behave.</summary>
public sealed class BookingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Booking";

    /// <summary>How long naive waits between its check and its update, in milliseconds, 0 to 10,000. The window of the race.</summary>
    [Range(0, 10_000)]
    public int NaiveDelayMilliseconds { get; set; } = 10;

    /// <summary>How often a transaction is tried that others keep getting in the way of, 1 to 1,000; after that the buyer is told "busy".</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 20;

    /// <summary>The longest pause before the second attempt, in milliseconds, 1 to 1,000. It doubles with each further one, up to a quarter of the patience.</summary>
    [Range(1, 1000)]
    public int RetryPauseMilliseconds { get; set; } = 4;

    /// <summary>How long a buyer may be kept waiting for a lock, or by lost attempts, before being told "busy", in seconds, 1 to 300.</summary>
    [Range(1, 300)]
    public int PatienceSeconds { get; set; } = 10;

    /// <summary>
    /// How long to look up what became of a booking when the connection was lost at COMMIT, in seconds, 1 to 60; after that the buyer is told
    /// "outcome unknown". A database that restarts quickly is back by then.
    /// </summary>
    [Range(1, 60)]
    public int CommitPatienceSeconds { get; set; } = 5;

    /// <summary>How many orders may wait for one event's next batch, 1 to 1,000,000; the surplus is told "busy" at once.</summary>
    [Range(1, 1_000_000)]
    public int QueueCapacity { get; set; } = 10_000;

    /// <summary>The most orders that one transaction takes, 1 to 5,000.</summary>
    [Range(1, 5000)]
    public int MaxBatchSize { get; set; } = 500;
}
