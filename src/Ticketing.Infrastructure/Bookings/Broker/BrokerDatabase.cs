using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.Configurations;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>What consumers and senders ask the database: it decides who may consume, what time it is, and what became of an order.</summary>
internal sealed class BrokerDatabase(IDbContextFactory<TicketingDbContext> contexts, IBatchDatabase batches, IDatabaseClock databaseClock, Deadline deadline, TimeProvider clock)
{
    /// <summary>Nobody: no batch of a consumer can be decided until one takes over.</summary>
    public const long Nobody = 0;

    private Reading? _clock;

    /// <summary>
    /// The time by the database's clock, UTC, estimated from the last reading. It only decides how long an order may wait: whether it is too late for one that is in a batch, its consumer
    /// reads under the event's lock.
    /// </summary>
    public DateTime Now => _clock!.Time + clock.GetElapsedTime(_clock.At) + databaseClock.Offset;

    /// <summary>Reads the database's clock, if the last reading is old.</summary>
    /// <param name="maxAge">How old.</param>
    public async Task ReadClockAsync(TimeSpan maxAge)
    {
        if (_clock is null || clock.GetElapsedTime(_clock.At) > maxAge)
        {
            await using var db = await contexts.CreateDbContextAsync();
            _clock = new(await databaseClock.NowAsync(db) - databaseClock.Offset, clock.GetTimestamp());
        }
    }

    /// <summary>Makes <paramref name="consumer"/> the one whose batches are decided, from now on.</summary>
    public async Task TakeOverAsync(int eventId, long consumer)
    {
        await using var db = await contexts.CreateDbContextAsync();
        await db.Events
            .Where(@event => @event.Id == eventId)
            .ExecuteUpdateAsync(change => change.SetProperty(@event => EF.Property<long>(@event, EventConfiguration.Consumer), consumer));
    }

    /// <summary>
    /// What became of orders that were not answered. Under the event's lock, so no batch is between its decision and its COMMIT; after a write to its row, for the reason
    /// that <see cref="Transactions.BookingCommit"/> gives.
    /// </summary>
    /// <param name="orders">Orders of one event.</param>
    /// <param name="mustEnd">Whether they are not to be booked any more, even before their deadlines.</param>
    /// <param name="atMost">Time limit.</param>
    /// <returns>For each order its booking; "busy" if it was not booked, and never will be; null if it may still be.</returns>
    public async Task<IReadOnlyList<BookingOutcome?>> FindAsync(IReadOnlyList<QueuedOrder> orders, bool mustEnd, TimeSpan atMost)
    {
        deadline.Set(atMost);
        var eventId = orders[0].Order.EventId;
        if (mustEnd)
        {
            await TakeOverAsync(eventId, Nobody);
        }

        await using var transaction = await batches.OpenAsync();
        if (!mustEnd)
        {
            await transaction.FenceAsync(eventId);
        }

        var start = await transaction.LockAsync(eventId, BatchReads.Nothing with { Keys = [.. orders.Select(order => order.Order.IdempotencyKey!).Distinct()] }, atMost);
        if (start is null)
        {
            return [.. orders.Select(_ => BookingOutcome.EventNotFound.Instance)];
        }

        var booked = start.Bookings.Values.ToDictionary(booking => booking.IdempotencyKey!, StringComparer.Ordinal);
        return [.. orders.Select(order => OutcomeOf(order, booked.GetValueOrDefault(order.Order.IdempotencyKey!), start.Now, mustEnd))];
    }

    private static BookingOutcome? OutcomeOf(QueuedOrder order, Booking? booking, DateTime now, bool mustEnd) =>
        booking is not null ? order.Order.RepetitionOf(booking, now)
        : mustEnd ? new BookingOutcome.Busy(BusyReason.BrokerUnavailable)
        : now >= order.Deadline ? new BookingOutcome.Busy(BusyReason.Contention)
        : null;

    private sealed record Reading(DateTime Time, long At);
}
