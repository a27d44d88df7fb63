using System.Globalization;
using StackExchange.Redis;
using Ticketing.Application.Events;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>The names of an event's queue in Redis.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Key">The stream.</param>
/// <param name="Wake">The channel that wakes its consumer.</param>
/// <param name="Lease">The lock of its consumer.</param>
internal sealed record OrderStream(int EventId, RedisKey Key, RedisChannel Wake, string Lease)
{
    /// <summary>Installations that share a Redis have events with the same ids. Nobody may consume the orders of another one, so the time of set-up is part of the names.</summary>
    public static OrderStream Of(EventFacts @event)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{@event.Id}:{@event.CreatedAt:yyyyMMddHHmmssffffff}");
        return new(@event.Id, $"ticketing:orders:{name}", RedisChannel.Literal($"ticketing:orders:{name}:added"), $"ticketing:lock:consumer:{name}");
    }
}
