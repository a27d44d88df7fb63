using System.Collections.Concurrent;

namespace Ticketing.Application.Telemetry;

/// <summary>The events that this replica has sold in the last ten minutes.</summary>
/// <param name="clock">The clock for the ten minutes.</param>
public sealed class RecentlySold(TimeProvider clock)
{
    private static readonly TimeSpan _memory = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<int, long> _soldAt = new();

    /// <summary>A ticket of this event was sold.</summary>
    public void Add(int eventId) => _soldAt[eventId] = clock.GetTimestamp();

    /// <summary>The ids of those that were sold last, and forgets those that have not been sold for ten minutes.</summary>
    public IEnumerable<int> TakeNewest(int count)
    {
        foreach (var old in _soldAt.Where(sold => clock.GetElapsedTime(sold.Value) > _memory))
        {
            _soldAt.TryRemove(old);
        }

        return _soldAt.OrderByDescending(sold => sold.Value).Take(count).Select(sold => sold.Key);
    }
}
