namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// The version of what this replica has changed, a part of cache keys. The first change after a quiet interval gives a new version at once; while changes
/// keep coming, there is one new version per interval.
/// </summary>
/// <param name="interval">The shortest time between two versions.</param>
/// <param name="clock">The clock for the interval.</param>
internal sealed class LocalChanges(TimeSpan interval, TimeProvider clock)
{
    private readonly Lock _lock = new();

    /// <summary>Keeps versions of different replicas apart in Redis.</summary>
    private readonly string _replica = Guid.NewGuid().ToString("N")[..8];

    private long _number;
    private long _changedAt;
    private bool _isPending;

    public void Add()
    {
        lock (_lock)
        {
            _isPending = true;
            AdvanceIfDue();
        }
    }

    /// <summary>Empty as long as nothing was changed here.</summary>
    public string State
    {
        get
        {
            lock (_lock)
            {
                AdvanceIfDue();
                return _number == 0 ? "" : $"{_replica}-{_number}";
            }
        }
    }

    private void AdvanceIfDue()
    {
        if (_isPending && (_number == 0 || clock.GetElapsedTime(_changedAt) >= interval))
        {
            _isPending = false;
            _number++;
            _changedAt = clock.GetTimestamp();
        }
    }
}
