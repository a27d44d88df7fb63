using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Treats a slow or failing Redis as a cache miss: a read waits at most 100 ms, and after a failure Redis is skipped for one second.
/// </summary>
internal sealed class BestEffortCache(IDistributedCache redis, TimeProvider clock, ILogger<BestEffortCache> logger) : IDistributedCache
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private long _pausedSince;
    private int _isFailing;

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        TryAsync(() => redis.GetAsync(key, token), token);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        TryAsync(() => Done(redis.SetAsync(key, value, options, token)), token);

    public Task RefreshAsync(string key, CancellationToken token = default) => TryAsync(() => Done(redis.RefreshAsync(key, token)), token);

    public Task RemoveAsync(string key, CancellationToken token = default) => TryAsync(() => Done(redis.RemoveAsync(key, token)), token);

    public byte[]? Get(string key) => throw NotAsynchronous();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw NotAsynchronous();

    public void Refresh(string key) => throw NotAsynchronous();

    public void Remove(string key) => throw NotAsynchronous();

    private async Task<byte[]?> TryAsync(Func<Task<byte[]?>> call, CancellationToken token)
    {
        var pausedSince = Volatile.Read(ref _pausedSince);
        if (pausedSince != 0 && clock.GetElapsedTime(pausedSince) < _pause)
        {
            return null;
        }

        try
        {
            var answer = await call().WaitAsync(_timeout, clock, token);
            Volatile.Write(ref _isFailing, 0);
            return answer;
        }
        catch (Exception exception) when (exception is RedisException or RedisTimeoutException or TimeoutException or ObjectDisposedException)
        {
            Volatile.Write(ref _pausedSince, clock.GetTimestamp());
            if (Interlocked.Exchange(ref _isFailing, 1) == 0)
            {
                CacheLog.RedisUnavailable(logger, exception.Message);
            }

            return null;
        }
    }

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
