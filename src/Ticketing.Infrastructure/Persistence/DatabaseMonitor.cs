using Microsoft.Extensions.Hosting;

namespace Ticketing.Infrastructure.Persistence;

/// <summary>
/// Asks once a second whether the database is there, so that requests need not find out one by one: connecting to a server that hangs takes
/// seconds. What it finds is in <see cref="DatabaseHealth.IsGone"/>.
/// </summary>
internal sealed class DatabaseMonitor(DatabaseHealth health, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period, clock);
        while (await timer.NextAsync(stoppingToken))
        {
            await health.IsReachableAsync();
        }
    }
}

/// <summary>The database is known to be away, so nothing was tried.</summary>
public sealed class DatabaseGoneException() : Exception("The database cannot be reached.");
