using Microsoft.Extensions.Hosting;

namespace Ticketing.Infrastructure.Persistence;

/// <summary>
/// Watches whether the database is there, so that requests need not find out one by one: connecting to a server that hangs takes seconds.
/// </summary>
/// <remarks>It takes two failures in a row, for a machine under load may be slow once; one success ends it.</remarks>
public sealed class DatabaseMonitor(DatabaseHealth health, TimeProvider clock) : BackgroundService
{
    private const int FailuresInARow = 2;

    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    private volatile bool _isGone;

    /// <summary>Whether the database is known to be away.</summary>
    public bool IsGone => _isGone;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period, clock);
        var failures = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                failures = await health.IsReachableAsync() ? 0 : failures + 1;
                _isGone = failures >= FailuresInARow;
            }
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }
}

/// <summary>The database is known to be away, so nothing was tried.</summary>
public sealed class DatabaseGoneException() : Exception("The database cannot be reached.");
