using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>Answers every order in time, whatever hangs. For strategies that book one order per transaction.</summary>
internal sealed class TimeLimitedStrategy(
    IBookingStrategy strategy,
    Deadline deadline,
    DatabaseCircuitBreaker breaker,
    IDatabaseErrors errors,
    IOptions<BookingOptions> options,
    TimeProvider clock) : IBookingStrategy
{
    /// <summary>What is sent at the last moment has this long to end. It also covers what no deadline ends, such as the handshake of a new connection.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(0.5);

    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        var limited = deadline.Set(options.Value.OrderTimeLimit);
        var booking = strategy.BookAsync(order, cancellationToken);
        try
        {
            return breaker.Confirm(await booking.WaitAsync(limited.Length + _grace, clock, CancellationToken.None));
        }
        catch (Exception exception) when (HasRunOutOfTime(exception))
        {
            return breaker.Confirm(new BookingOutcome.Busy(BusyReason.Contention));
        }
        catch (TimeoutException) when (!booking.IsCompleted)
        {
            // It sends nothing any more: the deadline has passed.
            return limited.MayBeCommitted ? BookingOutcome.Unknown.Instance : breaker.Confirm(new BookingOutcome.Busy(BusyReason.Contention));
        }
    }

    private bool HasRunOutOfTime(Exception exception) => errors.Classify(exception) switch
    {
        DatabaseFault.None => false,
        DatabaseFault.Contention => true, // every connection of the pool is in use
        _ => exception is DeadlineExceededException || deadline.HasPassed,
    };
}

/// <summary>Tells a busy database from an unavailable one.</summary>
internal static class BusyOrUnavailable
{
    /// <exception cref="DatabaseUnavailableException">The outcome is "busy", and the reason is that the database is unavailable.</exception>
    public static BookingOutcome Confirm(this DatabaseCircuitBreaker breaker, BookingOutcome outcome) =>
        outcome is BookingOutcome.Busy && !breaker.IsAnswering ? throw new DatabaseUnavailableException() : outcome;
}
