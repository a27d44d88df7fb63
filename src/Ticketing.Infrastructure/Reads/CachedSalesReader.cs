using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Ticketing.Application.Access;
using Ticketing.Application.Bookings;
using Ticketing.Application.Sales;
using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Answers reads from the cache, and replaces what this replica knows better, so that clients see their own bookings at once: the stock of events that it
/// sells, the events that it has set up. A user's bookings are not cached.
/// </summary>
internal sealed class CachedSalesReader(SalesReader reader, ReadCache cache, LatestStock latest, TimeProvider clock, IOptions<CacheOptions> options) : ISalesReader
{
    private readonly TimeSpan _statusAge = TimeSpan.FromSeconds(options.Value.StatusSeconds);
    private readonly TimeSpan _eventsAge = TimeSpan.FromSeconds(options.Value.EventsSeconds);
    private readonly TimeSpan _statsAge = TimeSpan.FromSeconds(options.Value.StatsSeconds);
    private readonly TimeSpan _historyAge = TimeSpan.FromSeconds(options.Value.HistorySeconds);

    public async Task<EventStatus?> FindStatusAsync(int? eventId, CancellationToken cancellationToken)
    {
        var what = eventId is { } id
            ? new CachedRead(Caches.Status, $"status:{id}", "", _statusAge, KeepLast: true)
            : new CachedRead(Caches.Status, "status", NewestEvent, _statusAge, KeepLast: true);
        var snapshot = await cache.GetAsync(what, token => reader.ReadEventAsync(eventId, token), cancellationToken);
        return snapshot is null ? null : StatusOf(snapshot);
    }

    public Task<long> CountEventsAsync(CancellationToken cancellationToken) => cache.GetAsync(
        new(Caches.Events, "events-count", NewestEvent, _eventsAge, KeepLast: true), reader.CountEventsAsync, cancellationToken);

    public async Task<IReadOnlyList<EventStatus>> ReadEventsAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        var snapshots = await cache.GetAsync(
            new(Caches.Events, $"events:{offset}:{limit}", NewestEvent, _eventsAge, KeepLast: offset == 0),
            token => reader.ReadEventsAsync(offset, limit, token),
            cancellationToken);
        return [.. snapshots.Select(StatusOf)];
    }

    public Task<SalesStats> ReadStatsAsync(CancellationToken cancellationToken) => cache.GetAsync(
        new(Caches.Stats, "stats", NewestEvent, _statsAge, KeepLast: true), reader.ReadStatsAsync, cancellationToken);

    public Task<BookingState?> FindBookingAsync(long bookingId, Caller? caller, CancellationToken cancellationToken) => cache.GetAsync(
        new(Caches.History, $"booking:{bookingId}", "", TimeSpan.Zero, KeepLast: false), token => reader.FindBookingAsync(bookingId, caller, token), cancellationToken);

    public async Task<long> CountBookingsAsync(BookingFilter filter, CancellationToken cancellationToken) => await cache.GetAsync(
        new(Caches.History, $"history-count:{filter.EventId}", "", AgeFor(filter), KeepLast: true),
        token => reader.CountBookingsAsync(filter, token),
        cancellationToken) ?? 0;

    public async Task<IReadOnlyList<HistoryItem>> ReadBookingsAsync(
        BookingFilter filter, long? before, int offset, int limit, CancellationToken cancellationToken) => await cache.GetAsync(
        new(
            Caches.History, $"history:{filter.EventId}:{offset}:{limit}", "",
            before is null ? AgeFor(filter) : TimeSpan.Zero, // there are as many such pages as bookings, and each is quickly read
            KeepLast: offset == 0),
        token => reader.ReadBookingsAsync(filter, before, offset, limit, token),
        cancellationToken) ?? [];

    private string NewestEvent => $"{latest.NewestEvent}";

    /// <summary>Without a user, only confirmed bookings are listed.</summary>
    private TimeSpan AgeFor(BookingFilter filter) => filter.UserId is null ? _historyAge : TimeSpan.Zero;

    private EventStatus StatusOf(EventSnapshot snapshot) => snapshot.With(latest.NewerOf(snapshot.Id, snapshot.Stock, snapshot.ReadAt), clock.GetUtcNow());
}

/// <summary>The section <c>Cache</c> of the configuration: how old an answer may be, in seconds. 0 asks the database every time.</summary>
/// <remarks>
/// With Redis an answer may spend half of that time there, and then the other half in the memory of a replica. In the status of an event, what this replica
/// itself has sold shows at once, whatever the cache holds. Where reads go to a replica of the database, its lag comes on top.
/// </remarks>
public sealed class CacheOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Cache";

    internal const double MaxStatusSeconds = 5;

    /// <summary>Leaves room for <see cref="Database.IReadReplica.MaxLag"/>, and for the query.</summary>
    internal const double MaxStatusSecondsWithReplica = 4;

    /// <summary><c>/status</c>, 0 to 5.</summary>
    [Range(0.0, MaxStatusSeconds)]
    public double StatusSeconds { get; set; } = 4;

    /// <summary><c>/events</c>, 0 to 5.</summary>
    [Range(0.0, MaxStatusSeconds)]
    public double EventsSeconds { get; set; } = 4;

    /// <summary><c>/stats</c>, 0 to 60.</summary>
    [Range(0.0, 60.0)]
    public double StatsSeconds { get; set; } = 1;

    /// <summary><c>/history</c>, 0 to 300. Not the bookings of one user, which are never cached.</summary>
    [Range(0.0, 300.0)]
    public double HistorySeconds { get; set; } = 1;
}
