using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Ticketing.Application.Sales;
using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Reads;

/// <summary>Answers reads from the cache, completed with what this replica has just changed, so that clients see their own bookings at once.</summary>
internal sealed class CachedSalesReader(SalesReader reader, ReadCache cache, LocalSales local, IOptions<CacheOptions> options) : ISalesReader
{
    /// <summary>After this many attempts to complete a cached status, it is returned as the database has it.</summary>
    private const int MaxAttempts = 3;

    private readonly TimeSpan _statusAge = TimeSpan.FromSeconds(options.Value.StatusSeconds);
    private readonly TimeSpan _eventsAge = TimeSpan.FromSeconds(options.Value.EventsSeconds);
    private readonly TimeSpan _statsAge = TimeSpan.FromSeconds(options.Value.StatsSeconds);
    private readonly TimeSpan _historyAge = TimeSpan.FromSeconds(options.Value.HistorySeconds);

    public async Task<EventStatus?> FindStatusAsync(int? eventId, CancellationToken cancellationToken)
    {
        var what = eventId is { } id
            ? new CachedRead(Caches.Status, $"status:{id}", "", _statusAge, KeepLast: true)
            : new CachedRead(Caches.Status, "status", $"{local.NewestEvent}", _statusAge, KeepLast: true);
        for (var attempt = 1; ; attempt++)
        {
            var snapshot = await cache.GetAsync(what, token => reader.ReadStatusAsync(eventId, token), cancellationToken);
            if (snapshot is null)
            {
                return null;
            }

            if (local.Complete(snapshot) is { } status)
            {
                return status;
            }

            if (attempt == MaxAttempts)
            {
                return snapshot.Status;
            }

            await cache.RemoveAsync(what, cancellationToken);
        }
    }

    public Task<long> CountEventsAsync(CancellationToken cancellationToken) => cache.GetAsync(
        new(Caches.Events, "events-count", $"{local.NewestEvent}", _eventsAge, KeepLast: true),
        reader.CountEventsAsync,
        cancellationToken);

    public Task<IReadOnlyList<EventStatus>> ReadEventsAsync(int offset, int limit, CancellationToken cancellationToken) => cache.GetAsync(
        new(Caches.Events, $"events:{offset}:{limit}", $"{local.NewestEvent}-{local.ListsState}", _eventsAge, KeepLast: offset == 0),
        token => reader.ReadEventsAsync(offset, limit, token),
        cancellationToken);

    public Task<SalesStats> ReadStatsAsync(CancellationToken cancellationToken) => cache.GetAsync(
        new(Caches.Stats, "stats", local.TotalsState, _statsAge, KeepLast: true),
        reader.ReadStatsAsync,
        cancellationToken);

    public async Task<long> CountBookingsAsync(int? eventId, int? userId, CancellationToken cancellationToken) => await cache.GetAsync<long?>(
        new(Caches.History, $"history-count:{eventId}:{userId}", HistoryState(userId), _historyAge, KeepLast: userId is null),
        async token => await reader.CountBookingsAsync(eventId, userId, token) is > 0 and var count ? count : null, // guessed ids must not fill the memory
        cancellationToken) ?? 0;

    public async Task<IReadOnlyList<HistoryItem>> ReadBookingsAsync(
        int? eventId, int? userId, long? before, int offset, int limit, CancellationToken cancellationToken) => before is not null
        ? await reader.ReadBookingsAsync(eventId, userId, before, offset, limit, cancellationToken) // there are as many such pages as bookings, and each is quickly read
        : await cache.GetAsync<IReadOnlyList<HistoryItem>?>(
            new(
                Caches.History, $"history:{eventId}:{userId}:{offset}:{limit}", HistoryState(userId), _historyAge,
                KeepLast: userId is null && offset == 0), // users and pages are too many to keep them all
            async token => await reader.ReadBookingsAsync(eventId, userId, before, offset, limit, token) is { Count: > 0 } page ? page : null,
            cancellationToken) ?? [];

    private string HistoryState(int? userId) => userId is { } user ? $"{local.NewestBookingOf(user)}" : local.ListsState;
}

/// <summary>The section <c>Cache</c> of the configuration: how old an answer may be, in seconds. 0 asks the database every time.</summary>
/// <remarks>
/// With Redis an answer may spend half of that time there, and then the other half in the memory of a replica. What this replica itself has
/// booked or set up shows at once, whatever the cache holds.
/// </remarks>
public sealed class CacheOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Cache";

    /// <summary><c>/status</c>, 0 to 5.</summary>
    [Range(0.0, 5.0)]
    public double StatusSeconds { get; set; } = 4;

    /// <summary><c>/events</c>, 0 to 5.</summary>
    [Range(0.0, 5.0)]
    public double EventsSeconds { get; set; } = 4;

    /// <summary><c>/stats</c>, 0 to 60.</summary>
    [Range(0.0, 60.0)]
    public double StatsSeconds { get; set; } = 30;

    /// <summary><c>/history</c>, 0 to 300.</summary>
    [Range(0.0, 300.0)]
    public double HistorySeconds { get; set; } = 10;
}
