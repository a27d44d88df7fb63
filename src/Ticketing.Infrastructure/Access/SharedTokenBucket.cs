using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;
using StackExchange.Redis;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Access;

/// <summary>
/// A token bucket in Redis, from which the replicas take shares: as many tokens as a fiftieth of a second brings, so that a shop with thousands of requests a second asks
/// Redis fifty times. While Redis is away, each process has a bucket of its own.
/// </summary>
/// <remarks>
/// The bucket is one number, the time at which it is full again (the generic cell rate algorithm), read and written by one script, with Redis's clock.
/// Source: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm, "virtual scheduling".
/// </remarks>
internal sealed class SharedTokenBucket(IConnectionMultiplexer redis, BestEffort effort, string key, int perSecond, int burst, RateLimiter own, TimeProvider clock) : RateLimiter
{
    private const int SharesPerSecond = 50;
    private const double MicrosecondsPerSecond = 1_000_000;

    /// <summary>Returns the number of tokens that were given, or how long it takes until there is one, in microseconds.</summary>
    private const string Take =
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local interval, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
        local free = math.floor((now + burst * interval - full) / interval)
        if free < 1 then
            return {0, math.ceil(full + interval - burst * interval - now)}
        end
        local given = math.min(free, wanted)
        full = full + given * interval
        redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
        return {given, 0}
        """;

    private static readonly Lease _allowed = new(null);
    private static readonly Lease _unknown = new(TimeSpan.Zero);

    private readonly RedisKey[] _keys = [key];
    private readonly RedisValue[] _arguments = [MicrosecondsPerSecond / perSecond, burst, Math.Clamp(perSecond / SharesPerSecond, 1, burst)];
    private readonly Lock _lock = new();

    private Task<Share?>? _asking;
    private int _tokens;
    private long _lastUse = clock.GetTimestamp();
    private long _closedSince;
    private TimeSpan _closedFor;

    public override TimeSpan? IdleDuration => clock.GetElapsedTime(Volatile.Read(ref _lastUse));

    public override RateLimiterStatistics? GetStatistics() => null;

    /// <summary>Only a token that is here already: the middleware calls <see cref="AcquireAsyncCore"/> next.</summary>
    protected override RateLimitLease AttemptAcquireCore(int permitCount) => TryTake() ? _allowed : _unknown;

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        while (!TryTake())
        {
            if (WaitOfLastRefusal() is { } wait)
            {
                return new Lease(wait);
            }

            if (await AskOnceAsync().WaitAsync(cancellationToken) is not { } share)
            {
                return await own.AcquireAsync(permitCount, cancellationToken);
            }

            if (share.Given == 0)
            {
                return new Lease(share.Wait);
            }
        }

        return _allowed;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            own.Dispose();
        }

        base.Dispose(disposing);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await own.DisposeAsync();
        await base.DisposeAsyncCore();
    }

    private bool TryTake()
    {
        Volatile.Write(ref _lastUse, clock.GetTimestamp());
        if (Volatile.Read(ref _tokens) <= 0)
        {
            return false;
        }

        if (Interlocked.Decrement(ref _tokens) >= 0)
        {
            return true;
        }

        Interlocked.Increment(ref _tokens);
        return false;
    }

    /// <summary>A caller who was refused and asks again at once is refused without a question to Redis.</summary>
    private TimeSpan? WaitOfLastRefusal()
    {
        lock (_lock)
        {
            var left = _closedFor - clock.GetElapsedTime(_closedSince);
            return left > TimeSpan.Zero ? left : null;
        }
    }

    /// <summary>Everybody who waits shares one question.</summary>
    private Task<Share?> AskOnceAsync()
    {
        lock (_lock)
        {
            return _asking is { IsCompleted: false } ? _asking : _asking = AskAsync();
        }
    }

    /// <returns>Null if Redis is away.</returns>
    private async Task<Share?> AskAsync()
    {
        if (await effort.TryAsync(async () => (long[]?)await redis.GetDatabase().ScriptEvaluateAsync(Take, _keys, _arguments)) is not [var given, var wait])
        {
            return null;
        }

        var share = new Share((int)given, TimeSpan.FromMicroseconds(wait));
        lock (_lock)
        {
            Interlocked.Add(ref _tokens, share.Given);
            (_closedSince, _closedFor) = (clock.GetTimestamp(), share.Wait);
        }

        return share;
    }

    /// <summary>What Redis answered.</summary>
    /// <param name="Given">Number of tokens.</param>
    /// <param name="Wait">If there are none: how long until there is one.</param>
    private sealed record Share(int Given, TimeSpan Wait);

    /// <summary>Whether a request may go on.</summary>
    /// <param name="wait">How long to wait if not; null if it may.</param>
    private sealed class Lease(TimeSpan? wait) : RateLimitLease
    {
        public override bool IsAcquired => wait is null;

        public override IEnumerable<string> MetadataNames => wait is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
        {
            metadata = wait is not null && metadataName == MetadataName.RetryAfter.Name ? wait : null;
            return metadata is not null;
        }
    }
}
