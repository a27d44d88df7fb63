namespace Ticketing.Infrastructure.Persistence;

/// <summary>
/// Whether the database can be reached. However many ask, the database is asked once a second at the most: health checks must not add to
/// the load that they watch.
/// </summary>
public sealed class DatabaseHealth(IDatabaseEngine engine, SignsOfLife life, TimeProvider clock)
{
    private static readonly TimeSpan _fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private const int FailuresThatCount = 2;

    private readonly Lock _lock = new();
    private Task<bool> _answer = Task.FromResult(false);
    private long? _askedAt;
    private volatile int _failuresInARow;

    /// <summary>
    /// Whether the database is known to be away. It takes two failures in a row, for a machine under load may be slow once; one success ends it.
    /// </summary>
    public bool IsGone => _failuresInARow >= FailuresThatCount;

    /// <summary>The answer of the last second; a database that does not answer within 2 s, nor anybody else, counts as gone.</summary>
    public Task<bool> IsReachableAsync()
    {
        lock (_lock)
        {
            if (_askedAt is null || (_answer.IsCompleted && clock.GetElapsedTime(_askedAt.Value) >= _fresh))
            {
                _askedAt = clock.GetTimestamp();
                _answer = Task.Run(AskAsync);
            }

            return _answer;
        }
    }

    private async Task<bool> AskAsync()
    {
        bool isThere;
        var began = clock.GetTimestamp();
        using var timeout = new CancellationTokenSource(_patience, clock);
        try
        {
            await engine.PingAsync(timeout.Token).WaitAsync(timeout.Token);
            isThere = true;
        }
        catch (OperationCanceledException)
        {
            isThere = life.Since(began);
        }
        catch (Exception exception) when (engine.Classify(exception) != DatabaseFault.None)
        {
            isThere = false;
        }

        _failuresInARow = isThere ? 0 : Math.Min(_failuresInARow + 1, FailuresThatCount);
        return isThere;
    }
}
