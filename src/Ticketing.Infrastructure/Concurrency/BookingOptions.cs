using System.ComponentModel.DataAnnotations;

namespace Ticketing.Infrastructure.Concurrency;

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

    /// <summary>The longest pause before the second attempt, in milliseconds, 1 to 1,000. It doubles with each further one, up to 16 times.</summary>
    [Range(1, 1000)]
    public int RetryPauseMilliseconds { get; set; } = 4;
}
