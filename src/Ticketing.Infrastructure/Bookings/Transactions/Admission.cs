using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Races;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>Decides whether an event's row admits an order: by its stock and its rules.</summary>
internal sealed class Admission(IDatabaseClock databaseClock, ReadOnlyMode mode, LatestStock latest, RaceRecorder recorder, TimeProvider clock)
{
    /// <summary>The refusal by stock or rules; null if the order can be served. After a refusal, the status on this replica is not older than this stock.</summary>
    public async Task<BookingOutcome?> RefuseAsync(TicketingDbContext db, BookTicketCommand order, Stock stock)
    {
        recorder.Saw(stock.Available);
        var refusal = await RefuseByTimeAsync(db, stock.Rules)
            ?? BookingOutcome.RefusalOfHold(stock, order)
            ?? BookingOutcome.Refusal(stock.Available, stock.Held, order.Quantity)
            ?? await RefuseByLimitAsync(db, order, stock.Rules);
        if (refusal is not null)
        {
            latest.Saw(order.EventId, stock);
        }

        return refusal;
    }

    /// <summary>The refusal by the rules, for an order whose tickets are already taken; null if there is none.</summary>
    public async Task<BookingOutcome?> RefuseByRulesAsync(TicketingDbContext db, BookTicketCommand order, Stock stock) =>
        await RefuseByTimeAsync(db, stock.Rules)
        ?? BookingOutcome.RefusalOfHold(stock, order)
        ?? await RefuseByLimitAsync(db, order, stock.Rules);

    /// <summary>The refusal while the tickets are not on sale; null if they are.</summary>
    public async Task<BookingOutcome?> RefuseByTimeAsync(TicketingDbContext db, SaleRules rules) =>
        BookingOutcome.Refusal(rules, rules.HasWindow ? await databaseClock.NowAsync(db) : DateTime.MinValue, mode.IsOn);

    /// <summary>
    /// The booking of an order that was not refused. A hold is made and ends by the database's clock, which is read here, under the lock on the event's row.
    /// </summary>
    public async Task<Booking> AdmitAsync(TicketingDbContext db, BookTicketCommand order) =>
        order.ToBooking(order.HoldSeconds is null ? clock.GetUtcNow().UtcDateTime : await databaseClock.NowAsync(db));

    private async Task<BookingOutcome?> RefuseByLimitAsync(TicketingDbContext db, BookTicketCommand order, SaleRules rules)
    {
        if (rules.MaxPerUser is null)
        {
            return null;
        }

        var now = await databaseClock.NowAsync(db); // a hold that is due counts no more, whether it is expired already or not
        var owned = await db.Bookings
            .Where(booking => booking.EventId == order.EventId && booking.UserId == order.UserId
                && (booking.Status == BookingStatus.Confirmed || (booking.Status == BookingStatus.Held && booking.ExpiresAt > now)))
            .SumAsync(booking => booking.Quantity, CancellationToken.None);
        return BookingOutcome.RefusalByLimit(rules, owned, order.Quantity);
    }
}

/// <summary>The stock of an event in SQL.</summary>
internal static class StockQueries
{
    private static readonly Expression<Func<Event, Stock>> _stock = @event =>
        new Stock(
            @event.TotalTickets,
            @event.AvailableTickets,
            @event.HeldTickets,
            @event.Bookings,
            @event.Version,
            new SaleRules(@event.State, @event.MaxPerUser, @event.SaleStartsAt, @event.SaleEndsAt));

    /// <summary>Reads the stock of an event. Null if there is no such event.</summary>
    public static Task<Stock?> ReadStockAsync(this TicketingDbContext db, int eventId, CancellationToken cancellationToken) =>
        db.Events.Where(@event => @event.Id == eventId).Select(_stock!).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Changes the stock.</summary>
    /// <returns>The number of rows that were changed.</returns>
    public static Task<int> ChangeAsync(this IQueryable<Event> events, StockChange change) => events.ExecuteUpdateAsync(
        set => set
            .SetProperty(@event => @event.AvailableTickets, @event => @event.AvailableTickets + change.Available)
            .SetProperty(@event => @event.HeldTickets, @event => @event.HeldTickets + change.Held)
            .SetProperty(@event => @event.Bookings, @event => @event.Bookings + change.Bookings)
            .SetProperty(@event => @event.Version, @event => @event.Version + 1),
        CancellationToken.None);
}
