namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Names the state of what this replica has changed, for the keys of a cache: a change makes the cached answers old at once when it was quiet
/// before, and every so often while changes pour in.
/// </summary>
/// <param name="interval">The shortest time between two states.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class LocalChanges(TimeSpan interval, TimeProvider clock)
{
    private readonly Lock _lock = new();

    /// <summary>The states are this replica's own, and must not meet another's in Redis.</summary>
    private readonly string _replica = Guid.NewGuid().ToString("N")[..8];

    private long _number;
    private long _changedAt;
    private bool _isPending;

    public void Add()
    {
        lock (_lock)
        {
            _isPending = true;
            Settle();
        }
    }

    /// <summary>Empty as long as nothing was changed here.</summary>
    public string State
    {
        get
        {
            lock (_lock)
            {
                Settle();
                return _number == 0 ? "" : $"{_replica}-{_number}";
            }
        }
    }

    private void Settle()
    {
        if (_isPending && (_number == 0 || clock.GetElapsedTime(_changedAt) >= interval))
        {
            _isPending = false;
            _number++;
            _changedAt = clock.GetTimestamp();
        }
    }
}
