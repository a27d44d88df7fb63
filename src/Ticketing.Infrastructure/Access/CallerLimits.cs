using System.Threading.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Access;

/// <summary>Makes the limits of callers: shared by all replicas if there is a Redis, else in each process.</summary>
public sealed class CallerLimits(IServiceProvider services, IDatabaseServer database, TimeProvider clock)
{
    /// <summary>Buckets in memory are filled in steps of this length at least.</summary>
    private static readonly TimeSpan _shortestStep = TimeSpan.FromMilliseconds(100);

    /// <summary>One for all callers: when Redis hangs, one of them finds that out.</summary>
    private readonly BestEffort _effort = new(clock);

    private readonly IConnectionMultiplexer? _redis = services.GetService<IConnectionMultiplexer>();

    /// <summary>A token bucket.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="perSecond">Requests a second, in the long run.</param>
    /// <param name="burst">Requests at once.</param>
    public RateLimiter Create(string caller, int perSecond, int burst)
    {
        var step = TimeSpan.FromSeconds(Math.Max(_shortestStep.TotalSeconds, 1.0 / perSecond));
        var own = new TokenBucketRateLimiter(new()
        {
            TokenLimit = burst,
            TokensPerPeriod = Math.Max(1, (int)Math.Round(perSecond * step.TotalSeconds)),
            ReplenishmentPeriod = step,
            QueueLimit = 0, // a request that waits here would take the place of one that may go on
        });

        // Two installations may share a Redis.
        return _redis is null ? own : new SharedTokenBucket(_redis, _effort, $"ticketing:limit:{database.Description}:{caller}", perSecond, burst, own, clock);
    }
}
