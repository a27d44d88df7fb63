using StackExchange.Redis;

namespace Ticketing.Infrastructure.Redis;

/// <summary>Redis for those who can do without it: a call waits at most 100 ms, and after a failure Redis is skipped for one second.</summary>
/// <param name="clock">Measures both.</param>
/// <param name="lost">Called with the reason of the first failure after a success.</param>
internal sealed class BestEffort(TimeProvider clock, Action<string>? lost = null)
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private long _pausedSince;
    private int _isFailing;

    /// <returns>Null without Redis.</returns>
    public async Task<T?> TryAsync<T>(Func<Task<T?>> call, CancellationToken token = default)
        where T : class
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
                lost?.Invoke(exception.Message);
            }

            return null;
        }
    }
}
