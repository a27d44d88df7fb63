using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Races;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>Counts from the rows, at the primary, and believes no cache.</summary>
internal sealed class EventLedger(IDbContextFactory<TicketingDbContext> contexts) : IEventLedger
{
    public async Task<EventCount?> CountAsync(int eventId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var stock = await db.ReadStockAsync(eventId, cancellationToken);
        if (stock is null)
        {
            return null;
        }

        var confirmed = db.Bookings.Where(booking => booking.EventId == eventId && booking.Status == BookingStatus.Confirmed);
        var sold = await confirmed.SumAsync(booking => (long)booking.Quantity, cancellationToken);
        return new(stock.Available, sold, await confirmed.CountAsync(cancellationToken), Math.Max(0, sold - stock.Total));
    }
}
