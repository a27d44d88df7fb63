using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>Decides whether a stock can serve an order. Whoever is refused sees that stock, or a newer one, from then on.</summary>
internal sealed class Admission(LatestStock latest)
{
    /// <summary>The refusal; null if the stock can serve the order.</summary>
    public BookingOutcome? Refuse(BookTicketCommand order, Stock stock)
    {
        var refusal = BookingOutcome.Refusal(stock.Available, order.Quantity);
        if (refusal is not null)
        {
            latest.Saw(order.EventId, stock);
        }

        return refusal;
    }
}

/// <summary>The stock of an event in SQL.</summary>
internal static class StockQueries
{
    private static readonly Expression<Func<Event, Stock>> _stock = @event =>
        new Stock(@event.TotalTickets, @event.AvailableTickets, @event.HeldTickets, @event.Bookings, @event.Version);

    /// <summary>Reads the stock of an event. Null if there is no such event.</summary>
    public static Task<Stock?> ReadStockAsync(this TicketingDbContext db, int eventId, CancellationToken cancellationToken) =>
        db.Events.Where(@event => @event.Id == eventId).Select(_stock!).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Takes tickets out of the stock for one booking; with negative numbers, gives them back.</summary>
    /// <returns>The number of rows that were changed.</returns>
    public static Task<int> SellAsync(this IQueryable<Event> events, int tickets, int bookings) => events.ExecuteUpdateAsync(
        set => set
            .SetProperty(@event => @event.AvailableTickets, @event => @event.AvailableTickets - tickets)
            .SetProperty(@event => @event.Bookings, @event => @event.Bookings + bookings)
            .SetProperty(@event => @event.Version, @event => @event.Version + 1),
        CancellationToken.None);
}
