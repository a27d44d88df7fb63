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

    /// <summary>Attempts at a transaction that meets contention, 1 to 1,000; after these, the outcome is "busy".</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 20;

    /// <summary>The longest pause before the second attempt, in milliseconds, 1 to 1,000. It doubles with each attempt, up to a quarter of <see cref="PatienceSeconds"/>.</summary>
    [Range(1, 1000)]
    public int RetryPauseMilliseconds { get; set; } = 4;

    /// <summary>How long an order waits for its batch or for a Redis lock, or is retried after contention, in seconds, 1 to 300; then the outcome is "busy".</summary>
    [Range(1, 300)]
    public int PatienceSeconds { get; set; } = 10;

    /// <summary>Extra time after the deadline: for the last statement, and for steps that cannot be cancelled, such as the handshake of a new connection.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(0.5);

    /// <summary>The deadline of an order. After the patience, a last attempt has a second to end.</summary>
    internal TimeSpan OrderTimeLimit => TimeSpan.FromSeconds(PatienceSeconds + 1);

    /// <summary>
    /// How long to look up what became of a booking when the connection was lost at COMMIT, in seconds, 1 to 60; after that the buyer is told
    /// "outcome unknown". A database that restarts quickly is back by then.
    /// </summary>
    [Range(1, 60)]
    public int CommitPatienceSeconds { get; set; } = 5;

    /// <summary>Orders that can wait for one event's next batch, 1 to 1,000,000; further orders are "busy" at once.</summary>
    [Range(1, 1_000_000)]
    public int QueueCapacity { get; set; } = 10_000;

    /// <summary>Maximum number of orders in one batch, 1 to 5,000.</summary>
    [Range(1, 5000)]
    public int MaxBatchSize { get; set; } = 500;
}
