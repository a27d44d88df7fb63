using Microsoft.Extensions.Caching.Hybrid;
using Ticketing.Application.Sales;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Answers reads from memory, then from Redis if there is one, then from the database. Concurrent requests for the same answer share one query. While the
/// database is unavailable or slow, the last answer is returned, marked as stale.
/// </summary>
internal sealed class ReadCache(HybridCache cache, DatabaseCircuitBreaker breaker, IDatabaseErrors errors, TicketingMetrics metrics, TimeProvider clock)
{
    /// <summary>How long a read waits for the database before it returns an older answer, if there is one.</summary>
    private static readonly TimeSpan _readTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How long the last answer is kept in case the database becomes unavailable.</summary>
    private static readonly HybridCacheEntryOptions _last = Lasting(TimeSpan.FromHours(1));

    private static readonly HybridCacheEntryOptions _onlyIfThere = new()
    {
        Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCacheWrite | HybridCacheEntryFlags.DisableDistributedCacheWrite,
    };

    /// <param name="what">What is asked for.</param>
    /// <param name="read">Asks the database, or its replica.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<T> GetAsync<T>(CachedRead what, Func<CancellationToken, Task<Reading<T>>> read, CancellationToken cancellationToken)
    {
        if (what.MaxAge == TimeSpan.Zero)
        {
            return breaker.IsOpen ? throw new DatabaseUnavailableException() : Report(await read(cancellationToken), isStale: false);
        }

        Task<Reading<T>>? fresh = null;
        if (!breaker.IsOpen)
        {
            fresh = GetFreshAsync(what, read, cancellationToken);
            try
            {
                return Report(await fresh.WaitAsync(_readTimeout, clock, cancellationToken), isStale: false);
            }
            catch (TimeoutException)
            {
                // The database is slow.
            }
            catch (Exception exception) when (errors.Classify(exception) == DatabaseFault.Unavailable)
            {
                // The database is unavailable.
            }
        }

        if (await cache.GetOrCreateAsync<Reading<T>?>(what.LastKey, _ => default, _onlyIfThere, cancellationToken: cancellationToken) is { } last)
        {
            metrics.CacheHit(what.Cache);
            return Report(last, isStale: true);
        }

        return fresh is null ? throw new DatabaseUnavailableException() : Report(await fresh, isStale: false);
    }

    private async Task<Reading<T>> GetFreshAsync<T>(CachedRead what, Func<CancellationToken, Task<Reading<T>>> read, CancellationToken cancellationToken)
    {
        var isMiss = false;
        Reading<T> entry;
        try
        {
            entry = await cache.GetOrCreateAsync(
                what.FreshKey,
                token =>
                {
                    isMiss = true;
                    return ReadAsync(what, read, token);
                },
                Lasting(what.MaxAge / 2),
                cancellationToken: cancellationToken);
        }
        catch (NotFoundException)
        {
            entry = new(default!, clock.GetUtcNow());
        }

        if (isMiss)
        {
            metrics.CacheMissed(what.Cache);
        }
        else
        {
            metrics.CacheHit(what.Cache);
        }

        return entry;
    }

    private async ValueTask<Reading<T>> ReadAsync<T>(CachedRead what, Func<CancellationToken, Task<Reading<T>>> read, CancellationToken cancellationToken)
    {
        var entry = await read(cancellationToken);
        if (entry.Value is null)
        {
            throw new NotFoundException();
        }

        if (what.KeepLast)
        {
            await cache.SetAsync(what.LastKey, entry, _last, cancellationToken: cancellationToken);
        }

        return entry;
    }

    private T Report<T>(Reading<T> entry, bool isStale)
    {
        ReadFreshness.Current?.Report(clock.GetUtcNow() - entry.ReadAt, isStale);
        return entry.Value;
    }

    private static HybridCacheEntryOptions Lasting(TimeSpan lifetime) => new() { Expiration = lifetime, LocalCacheExpiration = lifetime };

    /// <summary>
    /// Tells the cache to keep nothing, which it can be told in no other way. A missing event may be set up at any moment, and guessed ids would fill the memory.
    /// </summary>
    private sealed class NotFoundException : Exception;
}

/// <summary>A read that may be answered from a cache.</summary>
/// <param name="Cache">Which cache, for the metrics.</param>
/// <param name="Key">What is asked for.</param>
/// <param name="State">Changes when the cached answer is of no use any more.</param>
/// <param name="MaxAge">How old the answer may be.</param>
/// <param name="KeepLast">Whether to keep the answer in case the database becomes unavailable.</param>
internal readonly record struct CachedRead(string Cache, string Key, string State, TimeSpan MaxAge, bool KeepLast)
{
    public string FreshKey => $"{Key}:{State}";

    public string LastKey => $"{Key}:last";
}
