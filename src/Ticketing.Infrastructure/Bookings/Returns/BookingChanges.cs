using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Application.Events;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Bookings.Returns;

/// <summary>
/// Changes bookings: confirm, release, extend, cancel and expiry, for all strategies, through the queue of the event and its <see cref="BatchWriter"/>, which
/// locks the event, then the bookings. Many share one transaction, and with <c>batched</c> they share it with the buyers who want the tickets.
/// </summary>
internal sealed class BookingChanges(
    BookingQueues queues,
    BookedOrders bookedOrders,
    IEventRepository events,
    IDbContextFactory<TicketingDbContext> contexts,
    Deadline deadline,
    DatabaseCircuitBreaker breaker,
    IOptions<BookingOptions> options,
    TimeProvider clock) : IBookingChanges
{
    public async Task<BookingOutcome> ChangeAsync(ChangeBookingCommand change, CancellationToken cancellationToken)
    {
        if (bookedOrders.Find(change.BookingId) is { } remembered && remembered.IsOf(change.Caller))
        {
            var outcome = await ChangeAsync(remembered.EventId, change, cancellationToken);
            if (outcome is not (BookingOutcome.BookingNotFound or BookingOutcome.EventNotFound))
            {
                return outcome;
            }

            bookedOrders.Forget(change.BookingId); // the database was restored from a backup
        }

        return await FindOrderAsync(change.BookingId, cancellationToken) is { } order && order.IsOf(change.Caller)
            ? await ChangeAsync(order.EventId, change, cancellationToken)
            : BookingOutcome.BookingNotFound.Instance;
    }

    /// <summary>Expires the holds of an event that are due.</summary>
    /// <returns>The stock that is left then; null if the event's queue is full or its row is locked for too long.</returns>
    public async Task<Stock?> ExpireAsync(int eventId, CancellationToken cancellationToken)
    {
        var expiry = new PendingExpiry(clock, cancellationToken);
        return queues.TryEnqueue(eventId, expiry) is null ? await expiry.Answer : null;
    }

    private async Task<BookingOutcome> ChangeAsync(int eventId, ChangeBookingCommand change, CancellationToken cancellationToken)
    {
        if (await events.FindAsync(eventId, cancellationToken) is not { } @event)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        var pending = new PendingChange(change, @event.MaxHoldSeconds, clock, cancellationToken);
        return queues.TryEnqueue(eventId, pending) is { } reason ? new BookingOutcome.Busy(reason) : breaker.Confirm(await pending.Answer);
    }

    private async Task<BookedOrder?> FindOrderAsync(long bookingId, CancellationToken cancellationToken)
    {
        deadline.Set(options.Value.OrderTimeLimit / 2); // the change itself comes after it
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Bookings
            .Where(booking => booking.Id == bookingId)
            .Select(booking => (BookedOrder?)new BookedOrder(booking.EventId, booking.UserId, booking.CreatedBy))
            .SingleOrDefaultAsync(cancellationToken);
    }
}
