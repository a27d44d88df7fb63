using System.ComponentModel;
using Microsoft.Extensions.Caching.Hybrid;
using Ticketing.Application.Sales;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Answers reads from memory, then from Redis where there is one, then from the database, which is asked once however many want the same.
/// While the database is away, or hangs, the last answer is given, and marked as stale.
/// </summary>
internal sealed class ReadCache(HybridCache cache, DatabaseCircuitBreaker breaker, IDatabaseErrors errors, TicketingMetrics metrics, TimeProvider clock)
{
    /// <summary>How long a reader waits for a database that hangs, where there is an older answer to give.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    /// <summary>How long the last answer is kept for the time when the database is away.</summary>
    private static readonly HybridCacheEntryOptions _last = Lasting(TimeSpan.FromHours(1));

    private static readonly HybridCacheEntryOptions _onlyIfThere = new()
    {
        Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCacheWrite | HybridCacheEntryFlags.DisableDistributedCacheWrite,
    };

    /// <param name="what">What is asked for.</param>
    /// <param name="read">Asks the database.</param>
    /// <param name="cancellationToken">The reader's patience.</param>
    public async Task<T> GetAsync<T>(CachedRead what, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        if (what.MaxAge == TimeSpan.Zero)
        {
            return await read(cancellationToken);
        }

        Task<CacheEntry<T>>? fresh = null;
        if (!breaker.IsOpen)
        {
            fresh = GetFreshAsync(what, read, cancellationToken);
            try
            {
                return Report(await fresh.WaitAsync(_patience, clock, cancellationToken), isStale: false);
            }
            catch (TimeoutException)
            {
                // It hangs.
            }
            catch (Exception exception) when (errors.Classify(exception) == DatabaseFault.Unavailable)
            {
                // It is gone.
            }
        }

        if (await cache.GetOrCreateAsync<CacheEntry<T>?>(what.LastKey, _ => default, _onlyIfThere, cancellationToken: cancellationToken) is { } last)
        {
            metrics.CacheHit(what.Cache);
            return Report(last, isStale: true);
        }

        return fresh is null ? throw new DatabaseUnavailableException() : Report(await fresh, isStale: false);
    }

    /// <summary>Makes the next reader ask the database.</summary>
    public ValueTask RemoveAsync(CachedRead what, CancellationToken cancellationToken) => cache.RemoveAsync(what.FreshKey, cancellationToken);

    private async Task<CacheEntry<T>> GetFreshAsync<T>(CachedRead what, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var isMiss = false;
        var entry = await cache.GetOrCreateAsync(
            what.FreshKey,
            async token =>
            {
                isMiss = true;
                var readAt = clock.GetUtcNow();
                var value = new CacheEntry<T>(await read(token), readAt);
                if (what.KeepLast && value.Value is not null)
                {
                    await cache.SetAsync(what.LastKey, value, _last, cancellationToken: token);
                }

                return value;
            },
            Lasting(what.MaxAge / 2),
            cancellationToken: cancellationToken);

        if (isMiss)
        {
            metrics.CacheMissed(what.Cache);
        }
        else
        {
            metrics.CacheHit(what.Cache);
        }

        if (entry.Value is null)
        {
            // What does not exist is not kept: it may be set up at any moment, and whoever guesses ids would fill the memory.
            await cache.RemoveAsync(what.FreshKey, cancellationToken);
        }

        return entry;
    }

    private T Report<T>(CacheEntry<T> entry, bool isStale)
    {
        ReadFreshness.Current?.Report(clock.GetUtcNow() - entry.ReadAt, isStale);
        return entry.Value;
    }

    private static HybridCacheEntryOptions Lasting(TimeSpan lifetime) => new() { Expiration = lifetime, LocalCacheExpiration = lifetime };
}

/// <summary>A question to a cache.</summary>
/// <param name="Cache">Which cache, for the metrics.</param>
/// <param name="Key">What is asked for.</param>
/// <param name="State">What this replica has changed of it, as far as nobody may miss that.</param>
/// <param name="MaxAge">How old the answer may be.</param>
/// <param name="KeepLast">Whether to keep the answer for the time when the database is away.</param>
internal readonly record struct CachedRead(string Cache, string Key, string State, TimeSpan MaxAge, bool KeepLast)
{
    public string FreshKey => $"{Key}:{State}";

    public string LastKey => $"{Key}:last";
}

/// <summary>An answer of the database.</summary>
/// <param name="Value">What it said.</param>
/// <param name="ReadAt">When it was asked, UTC.</param>
[ImmutableObject(true)]
internal sealed record CacheEntry<T>(T Value, DateTimeOffset ReadAt);
