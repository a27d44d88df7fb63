using System.Globalization;
using StackExchange.Redis;
using Ticketing.Application.Faults;

namespace Ticketing.Infrastructure.Faults;

/// <summary>Has Redis itself pause all its clients, those of other programs too, as if it hung. It goes on by itself.</summary>
/// <param name="redis">Null if none is configured.</param>
/// <param name="clock">Measures.</param>
/// <seealso href="https://redis.io/docs/latest/commands/client-pause/"/>
internal sealed class RedisLost(IConnectionMultiplexer? redis, TimeProvider clock) : IFault
{
    public string Name => "redis_lost";

    public string? WhyUnavailable => redis is null ? "It needs Redis: set ConnectionStrings__Redis, for example to localhost:6379." : null;

    public async Task CauseAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        var options = ConfigurationOptions.Parse(redis!.Configuration);
        options.AllowAdmin = true;
        await using (var other = await ConnectionMultiplexer.ConnectAsync(options))
        {
            await other.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", ((long)length.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "ALL");
        }

        await Task.Delay(length, clock, cancellationToken);
    }
}
