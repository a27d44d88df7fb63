using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Treats a slow or failing Redis as a cache miss, see <see cref="BestEffort"/>.
/// </summary>
internal sealed class BestEffortCache(IDistributedCache redis, TimeProvider clock, ILogger<BestEffortCache> logger) : IDistributedCache
{
    private readonly BestEffort _effort = new(clock, reason => CacheLog.RedisUnavailable(logger, reason));

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        _effort.TryAsync(() => redis.GetAsync(key, token), token);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        _effort.TryAsync(() => Done(redis.SetAsync(key, value, options, token)), token);

    public Task RefreshAsync(string key, CancellationToken token = default) => _effort.TryAsync(() => Done(redis.RefreshAsync(key, token)), token);

    public Task RemoveAsync(string key, CancellationToken token = default) => _effort.TryAsync(() => Done(redis.RemoveAsync(key, token)), token);

    public byte[]? Get(string key) => throw NotAsynchronous();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw NotAsynchronous();

    public void Refresh(string key) => throw NotAsynchronous();

    public void Remove(string key) => throw NotAsynchronous();

    private static async Task<byte[]?> Done(Task call)
    {
        await call;
        return null;
    }

    private static NotSupportedException NotAsynchronous() => new("Use the cache asynchronously.");
}

internal static partial class CacheLog
{
    [LoggerMessage(5001, LogLevel.Warning, "Redis is unavailable, so this replica caches only in its own memory until Redis answers. {Reason}")]
    public static partial void RedisUnavailable(ILogger logger, string reason);
}
