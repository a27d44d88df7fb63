using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Sales;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Reads sales with EF Core. Tickets sold are summed from the bookings, not derived from the stock: if the two disagree, the confirmed
/// bookings count.
/// </summary>
internal sealed class SalesReader([FromKeyedServices(DatabaseRegistration.Reads)] IDbContextFactory<TicketingDbContext> contexts)
{
    /// <summary>One event, or the current one if <paramref name="eventId"/> is null. Null if there is none.</summary>
    public async Task<StatusSnapshot?> ReadStatusAsync(int? eventId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var events = eventId is { } id
            ? db.Events.Where(@event => @event.Id == id)
            : db.Events.OrderByDescending(@event => @event.Id).Take(1);
        return await Statuses(db, events)
            .Select(status => new StatusSnapshot(
                status, db.Bookings.Where(booking => booking.EventId == status.EventId).Max(booking => (long?)booking.Id) ?? 0))
            .SingleOrDefaultAsync(cancellationToken);
    }

    public async Task<long> CountEventsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Events.LongCountAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<EventStatus>> ReadEventsAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var events = db.Events.OrderByDescending(@event => @event.Id).Skip(offset).Take(limit);
        return await Statuses(db, events).ToListAsync(cancellationToken);
    }

    public async Task<SalesStats> ReadStatsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Database.SqlQuery<SalesStats>(
            $"""
            SELECT
                COUNT(*) AS "Events",
                COALESCE(SUM(e.total_tickets), 0) AS "Tickets",
                COALESCE(SUM(b.sold), 0) AS "Sold",
                COALESCE(SUM(CASE WHEN e.available_tickets > 0 THEN e.available_tickets ELSE 0 END), 0) AS "Remaining",
                COALESCE(SUM(b.bookings), 0) AS "Bookings",
                COALESCE(SUM(CASE WHEN b.sold > e.total_tickets THEN b.sold - e.total_tickets ELSE 0 END), 0) AS "Oversold"
            FROM events e
            LEFT JOIN (SELECT event_id, SUM(quantity) AS sold, COUNT(*) AS bookings FROM bookings GROUP BY event_id) b ON b.event_id = e.id
            """).SingleAsync(cancellationToken);
    }

    public async Task<long> CountBookingsAsync(int? eventId, int? userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Bookings(db, eventId, userId).LongCountAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<HistoryItem>> ReadBookingsAsync(
        int? eventId, int? userId, long? before, int offset, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var bookings = Bookings(db, eventId, userId);
        return await (before is { } id ? bookings.Where(booking => booking.Id < id) : bookings)
            .OrderByDescending(booking => booking.Id)
            .Skip(offset)
            .Take(limit)
            .Select(booking => new HistoryItem(booking.Id, booking.EventId, booking.UserId, booking.Quantity, booking.Timestamp))
            .ToListAsync(cancellationToken);
    }

    private static IQueryable<Booking> Bookings(TicketingDbContext db, int? eventId, int? userId)
    {
        IQueryable<Booking> bookings = db.Bookings;
        if (eventId is { } someEvent)
        {
            bookings = bookings.Where(booking => booking.EventId == someEvent);
        }

        if (userId is { } someUser)
        {
            bookings = bookings.Where(booking => booking.UserId == someUser);
        }

        return bookings;
    }

    private static IQueryable<EventStatus> Statuses(TicketingDbContext db, IQueryable<Event> events) =>
        events.Select(@event => new EventStatus
        {
            EventId = @event.Id,
            EventName = @event.Name,
            Strategy = @event.Strategy,
            TotalTickets = @event.TotalTickets,
            AvailableTickets = @event.AvailableTickets,
            TicketsSold = db.Bookings.Where(booking => booking.EventId == @event.Id).Sum(booking => (long)booking.Quantity),
            Bookings = db.Bookings.LongCount(booking => booking.EventId == @event.Id),
            CreatedAt = @event.CreatedAt,
        });
}

/// <summary>The state of a sale at one moment.</summary>
/// <param name="Status">The figures.</param>
/// <param name="NewestBookingId">The newest booking in them; 0 when there is none.</param>
internal sealed record StatusSnapshot(EventStatus Status, long NewestBookingId);
