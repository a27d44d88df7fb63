using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>
/// Tries a transaction again that lost against others: bounded, and with pauses of random length, so that the losers of one round do not meet
/// again in the next. When the attempts are used up the buyer is told "busy".
/// </summary>
/// <remarks>
/// Each attempt must begin a transaction of its own in a context of its own. Inside the old one, the database would go on showing the old
/// rows, and the tracked entities would be the old ones too.
/// Why full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
/// </remarks>
internal sealed class ContentionRetry(IDatabaseErrors errors, IOptions<BookingOptions> options, TicketingMetrics metrics, TimeProvider clock)
{
    private const int MaxDoublings = 15;
    private const int MillisecondsPerQuarter = 250;

    /// <param name="strategy">Whose retries these are.</param>
    /// <param name="attempt">One whole transaction. Null means that it lost, just as an exception of contention does.</param>
    /// <param name="cancellationToken">Ends the pauses; attempts see to themselves.</param>
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
                // Rolled back by the database: nothing of the attempt is left.
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

/// <summary>Pauses of random length, so that those who met once do not meet again.</summary>
internal static class Jitter
{
    /// <summary>Any length between nothing and this many milliseconds.</summary>
    public static TimeSpan UpTo(double milliseconds)
    {
#pragma warning disable CA5394 // Jitter needs no secrecy.
        return TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * milliseconds);
#pragma warning restore CA5394
    }
}
