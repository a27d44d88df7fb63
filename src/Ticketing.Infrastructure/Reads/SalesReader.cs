using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Access;
using Ticketing.Application.Bookings;
using Ticketing.Application.Sales;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Reads sales with EF Core. An event's row carries all of its figures, so none of them is summed from its bookings. Only the number of bookings is counted
/// there while an upgrade is not finished: it is null until then.
/// </summary>
/// <remarks>
/// The replica is read, if there is one, but for what somebody may have done a moment ago and looks for: a booking, and the bookings of one user. What this process
/// has set up is in everything that it reads.
/// </remarks>
internal sealed class SalesReader(
    [FromKeyedServices(DatabaseRegistration.Reads)] IDbContextFactory<TicketingDbContext> contexts,
    IDatabaseClock databaseClock,
    LatestStock latest,
    TimeProvider clock,
    IReadReplica? replica = null)
{
    /// <summary>One event, or the current one if <paramref name="eventId"/> is null. Null if there is none.</summary>
    public Task<Reading<EventSnapshot?>> ReadEventAsync(int? eventId, CancellationToken cancellationToken) => ReadAsync(
        (db, readAt, token) =>
        {
            var events = eventId is { } id
                ? db.Events.Where(@event => @event.Id == id)
                : Sales(db).OrderByDescending(@event => @event.Id).Take(1);
            return Snapshots(db, events, readAt).SingleOrDefaultAsync(token);
        },
        cancellationToken);

    public Task<Reading<long>> CountEventsAsync(CancellationToken cancellationToken) =>
        ReadAsync((db, _, token) => Sales(db).LongCountAsync(token), cancellationToken);

    public Task<Reading<IReadOnlyList<EventSnapshot>>> ReadEventsAsync(int offset, int limit, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<EventSnapshot>>(
            async (db, readAt, token) =>
                await Snapshots(db, Sales(db).OrderByDescending(@event => @event.Id).Skip(offset).Take(limit), readAt).ToListAsync(token),
            cancellationToken);

    public Task<Reading<SalesStats>> ReadStatsAsync(CancellationToken cancellationToken) => ReadAsync(
        (db, _, token) => db.Database.SqlQuery<SalesStats>(
            $"""
            SELECT
                COUNT(*) AS "Events",
                COALESCE(SUM(total_tickets), 0) AS "Tickets",
                COALESCE(SUM(total_tickets - available_tickets - held_tickets), 0) AS "Sold",
                COALESCE(SUM(CASE WHEN available_tickets > 0 THEN available_tickets ELSE 0 END), 0) AS "Remaining",
                COALESCE(SUM(COALESCE(bookings, (SELECT COUNT(*) FROM bookings b WHERE b.event_id = events.id))), 0) AS "Bookings",
                COALESCE(SUM(CASE WHEN available_tickets + held_tickets < 0 THEN -(available_tickets + held_tickets) ELSE 0 END), 0) AS "Oversold"
            FROM events
            WHERE kind = 'sale'
            """).SingleAsync(token),
        cancellationToken);

    public Task<Reading<BookingState?>> FindBookingAsync(long bookingId, Caller? caller, CancellationToken cancellationToken) => ReadPrimaryAsync(
        async (db, _, token) =>
            await db.Bookings.AsNoTracking().SingleOrDefaultAsync(booking => booking.Id == bookingId, token) is { } booking
                    && caller?.Owns(booking.UserId, booking.CreatedBy) != false
                ? BookingState.Of(booking, booking.ExpiresAt is null ? default : await databaseClock.NowAsync(db))
                : null,
        cancellationToken);

    /// <summary>Null if there are none.</summary>
    public Task<Reading<long?>> CountBookingsAsync(BookingFilter filter, CancellationToken cancellationToken) => ReadBookingsAsync<long?>(
        filter,
        async (db, _, token) =>
        {
            var count = filter is { UserId: null, Status: BookingStatus.Confirmed }
                ? await db.Events.Where(@event => filter.EventId == null || @event.Id == filter.EventId).SumAsync(
                    @event => (long?)@event.Bookings ?? db.Bookings.LongCount(booking => booking.EventId == @event.Id), token)
                : await Bookings(db, filter).LongCountAsync(token);
            return count > 0 ? count : null;
        },
        cancellationToken);

    /// <summary>Null if there are none.</summary>
    public Task<Reading<IReadOnlyList<HistoryItem>?>> ReadBookingsAsync(
        BookingFilter filter, long? before, int offset, int limit, CancellationToken cancellationToken) => ReadBookingsAsync<IReadOnlyList<HistoryItem>?>(
        filter,
        async (db, _, token) =>
        {
            var bookings = Bookings(db, filter);
            var page = await (before is { } id ? bookings.Where(booking => booking.Id < id) : bookings)
                .OrderByDescending(booking => booking.Id)
                .Skip(offset)
                .Take(limit)
                .Select(booking => new HistoryItem(
                    booking.Id, booking.EventId, booking.UserId, booking.Quantity, booking.Timestamp, booking.Status, booking.ExpiresAt))
                .ToListAsync(token);
            return page.Count > 0 ? page : null;
        },
        cancellationToken);

    private Task<Reading<T>> ReadBookingsAsync<T>(
        BookingFilter filter, Func<TicketingDbContext, DateTimeOffset, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        filter.UserId is null ? ReadAsync(read, cancellationToken) : ReadPrimaryAsync(read, cancellationToken);

    /// <summary>What is not found at the replica may be there since a moment ago.</summary>
    private async Task<Reading<T>> ReadAsync<T>(Func<TicketingDbContext, DateTimeOffset, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        replica is not null && await replica.TryReadAsync(read, latest.SetUpAt, cancellationToken) is { Value: not null } reading
            ? reading
            : await ReadPrimaryAsync(read, cancellationToken);

    private async Task<Reading<T>> ReadPrimaryAsync<T>(
        Func<TicketingDbContext, DateTimeOffset, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var readAt = clock.GetUtcNow();
        return new(await read(db, readAt, cancellationToken), readAt);
    }

    private static IQueryable<Event> Sales(TicketingDbContext db) => db.Events.Where(@event => @event.Kind == EventKind.Sale);

    private static IQueryable<Booking> Bookings(TicketingDbContext db, BookingFilter filter)
    {
        IQueryable<Booking> bookings = db.Bookings;
        if (filter.EventId is { } eventId)
        {
            bookings = bookings.Where(booking => booking.EventId == eventId);
        }

        if (filter.UserId is { } userId)
        {
            bookings = bookings.Where(booking => booking.UserId == userId);
        }

        if (filter.CreatedBy is { } createdBy)
        {
            bookings = bookings.Where(booking => booking.CreatedBy == createdBy);
        }

        if (filter.Status is { } status)
        {
            bookings = bookings.Where(booking => booking.Status == status);
        }

        return bookings;
    }

    private static IQueryable<EventSnapshot> Snapshots(TicketingDbContext db, IQueryable<Event> events, DateTimeOffset readAt) =>
        events.Select(@event => new EventSnapshot(
            @event.Id,
            @event.Name,
            @event.Strategy,
            @event.CreatedAt,
            new Stock(
                @event.TotalTickets,
                @event.AvailableTickets,
                @event.HeldTickets,
                @event.Bookings ?? db.Bookings.Count(booking => booking.EventId == @event.Id),
                @event.Version,
                new SaleRules(@event.State, @event.MaxPerUser, @event.SaleStartsAt, @event.SaleEndsAt)),
            readAt));
}

/// <summary>An event as it was read.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Name">The event's name.</param>
/// <param name="Strategy">The strategy that sells its tickets.</param>
/// <param name="CreatedAt">Time of set-up, UTC.</param>
/// <param name="Stock">Its stock.</param>
/// <param name="ReadAt">When it was read, UTC.</param>
internal sealed record EventSnapshot(int Id, string Name, BookingStrategy Strategy, DateTime CreatedAt, Stock Stock, DateTimeOffset ReadAt)
{
    public static EventSnapshot Of(Event @event, DateTimeOffset readAt) =>
        new(@event.Id, @event.Name, @event.Strategy, @event.CreatedAt, @event.Stock, readAt);

    /// <summary>Its status with this stock, which may be newer.</summary>
    /// <param name="stock">The stock.</param>
    /// <param name="now">Now, UTC: the state of the sale may depend on it.</param>
    public EventStatus With(Stock stock, DateTimeOffset now) => new()
    {
        EventId = Id,
        EventName = Name,
        Strategy = Strategy,
        TotalTickets = stock.Total,
        AvailableTickets = stock.Available,
        HeldTickets = stock.Held,
        TicketsSold = stock.Sold,
        Bookings = stock.Bookings ?? 0,
        State = stock.Rules.At(now.UtcDateTime),
        MaxPerUser = stock.Rules.MaxPerUser,
        SaleStartsAt = stock.Rules.StartsAt,
        SaleEndsAt = stock.Rules.EndsAt,
        CreatedAt = CreatedAt,
    };
}
