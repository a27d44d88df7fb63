using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Bookings.Transactions;

namespace Ticketing.Infrastructure.Bookings.Returns;

/// <summary>
/// Lets nobody be told "sold out" while a hold is due: before that, the due holds of the event expire, and the order is decided again by the stock that is left
/// then, under the event's lock. For strategies that book one order per transaction.
/// </summary>
internal sealed class ReturningStrategy(IBookingStrategy strategy, BookingChanges changes, IOptions<BookingOptions> options) : IBookingStrategy
{
    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var outcome = await strategy.BookAsync(order, cancellationToken);
            if (outcome is not BookingOutcome.Shortage { HeldTickets: > 0 })
            {
                return outcome;
            }

            if (await changes.ExpireAsync(order.EventId, cancellationToken) is not { } left)
            {
                return new BookingOutcome.Busy(BusyReason.Contention);
            }

            if (BookingOutcome.Refusal(left.Available, left.Held, order.Quantity) is { } refusal)
            {
                return refusal;
            }

            if (tries >= options.Value.MaxAttempts)
            {
                return new BookingOutcome.Busy(BusyReason.Contention); // others were faster each time
            }
        }
    }
}
