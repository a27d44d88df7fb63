using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>Limits the time of an order. For strategies that book one order per transaction.</summary>
internal sealed class TimeLimitedStrategy(
    IBookingStrategy strategy,
    Deadline deadline,
    DatabaseCircuitBreaker breaker,
    IDatabaseErrors errors,
    IOptions<BookingOptions> options,
    TimeProvider clock) : IBookingStrategy
{
    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        var limit = deadline.Set(options.Value.OrderTimeLimit);
        var booking = strategy.BookAsync(order, cancellationToken);
        try
        {
            return breaker.Confirm(await UntilAsync(booking, limit));
        }
        catch (Exception exception) when (IsBusy(exception))
        {
            return breaker.Confirm(new BookingOutcome.Busy(BusyReason.Contention));
        }
    }

    private async Task<BookingOutcome> UntilAsync(Task<BookingOutcome> booking, Deadline.OrderDeadline limit)
    {
        try
        {
            return await booking.WaitAsync(limit.Length + BookingOptions.Grace, clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            return booking.IsCompleted ? await booking // at the last moment
                : limit.MayBeCommitted ? BookingOutcome.Unknown.Instance
                : new BookingOutcome.Busy(BusyReason.Contention); // after the deadline, only ROLLBACK is sent
        }
    }

    private bool IsBusy(Exception exception) => errors.Classify(exception) switch
    {
        DatabaseFault.None => false,
        DatabaseFault.Contention => true, // every connection of the pool is in use
        _ => exception is DeadlineExceededException || deadline.HasPassed,
    };
}
