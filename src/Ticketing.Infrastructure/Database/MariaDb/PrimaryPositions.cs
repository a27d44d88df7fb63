namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>Where the primary was, and when: what was committed before that time is in the position.</summary>
internal sealed class PrimaryPositions
{
    /// <summary>Ten minutes of them. A replica that lags further is not measured.</summary>
    private const int MaxCount = 2400;

    private readonly Lock _lock = new();
    private readonly LinkedList<(long At, GtidPosition Position)> _newestFirst = new();

    /// <param name="at">A timestamp from before the primary was asked.</param>
    /// <param name="position">Its answer.</param>
    public void Add(long at, GtidPosition position)
    {
        lock (_lock)
        {
            if (_newestFirst.First is { } last && !position.Includes(last.Value.Position))
            {
                _newestFirst.Clear(); // another server, or one that was restored: the old numbers mean nothing there
            }
            else if (_newestFirst.First is { } same && same.Value.Position.Includes(position))
            {
                _newestFirst.RemoveFirst(); // nothing was committed meanwhile, so the later time is as good
            }

            _newestFirst.AddFirst((at, position));
            if (_newestFirst.Count > MaxCount)
            {
                _newestFirst.RemoveLast();
            }
        }
    }

    /// <summary>The latest time before which everything that was committed is in this position; null if none is known.</summary>
    public long? TimeOf(GtidPosition position)
    {
        lock (_lock)
        {
            foreach (var (at, known) in _newestFirst)
            {
                if (position.Includes(known))
                {
                    return at;
                }
            }

            return null;
        }
    }
}
