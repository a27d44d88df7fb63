using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>
/// Retries a transaction after contention: bounded, and with random pauses, so that the losers of one round do not meet again in the next.
/// After the last attempt the outcome is "busy".
/// </summary>
/// <remarks>
/// Each attempt must begin a transaction of its own in a context of its own. Inside the old one, the database would return old rows, and
/// the tracked entities would be old too.
/// Why full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
/// </remarks>
internal sealed class ContentionRetry(IDatabaseErrors errors, IOptions<BookingOptions> options, TicketingMetrics metrics, TimeProvider clock)
{
    private const int MaxDoublings = 15;
    private const int MillisecondsPerQuarter = 250;

    /// <param name="strategy">The strategy, for the metrics.</param>
    /// <param name="attempt">One whole transaction. Null means contention, as an exception does.</param>
    /// <param name="cancellationToken">Ends the pauses, not an attempt.</param>
    public async Task<BookingOutcome> RunAsync(
        BookingStrategy strategy, Func<Task<BookingOutcome?>> attempt, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (await attempt() is { } outcome)
                {
                    return outcome;
                }
            }
            catch (Exception exception) when (errors.Classify(exception) == DatabaseFault.Contention)
            {
                // The database has rolled back the attempt.
            }

            if (tries >= options.Value.MaxAttempts || clock.GetElapsedTime(started).TotalSeconds >= options.Value.PatienceSeconds)
            {
                return new BookingOutcome.Busy(BusyReason.Contention);
            }

            metrics.TransactionRetried(strategy);
            await Task.Delay(Pause(tries), clock, cancellationToken);
        }
    }

    private TimeSpan Pause(int tries) => Jitter.UpTo(Math.Min(
        options.Value.RetryPauseMilliseconds << Math.Min(tries - 1, MaxDoublings), options.Value.PatienceSeconds * MillisecondsPerQuarter));
}

/// <summary>Random pauses, so that transactions that met once do not meet again.</summary>
internal static class Jitter
{
    /// <summary>A random length from zero to this many milliseconds.</summary>
    public static TimeSpan UpTo(double milliseconds)
    {
#pragma warning disable CA5394 // Jitter needs no cryptographic randomness.
        return TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * milliseconds);
#pragma warning restore CA5394
    }
}
