using StackExchange.Redis;

namespace Ticketing.Infrastructure.Redis;

/// <summary>Tells the failures of Redis from others.</summary>
internal static class RedisFaults
{
    /// <summary>Whether Redis is unavailable, slow or full.</summary>
    public static bool IsRedisFault(this Exception exception) => exception switch
    {
        RedisException or RedisTimeoutException => true,
        AggregateException several => several.InnerExceptions.All(IsRedisFault),
        _ => false,
    };
}
