using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Metrics;

/// <summary>
/// Reads the stock of the newest events once a second, so that a scrape never waits for the database. While the database is unavailable,
/// the last snapshot is exported, and tickets_snapshot_age_seconds is its age.
/// </summary>
internal sealed class StockSnapshots(
    IDbContextFactory<TicketingDbContext> contexts,
    IDatabaseErrors errors,
    TicketingMetrics metrics,
    TimeProvider clock,
    ILogger<StockSnapshots> logger) : BackgroundService
{
    private const int MaxEvents = 50;

    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period, clock);
        var isFailing = false;
        do
        {
            try
            {
                metrics.Show(await ReadAsync(stoppingToken));
                isFailing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
            {
                if (!isFailing)
                {
                    TelemetryLog.NoSnapshot(logger, exception.GetBaseException().Message);
                }

                isFailing = true;
            }
        }
        while (await timer.NextAsync(stoppingToken));
    }

    private async Task<List<EventStock>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Events
            .OrderByDescending(@event => @event.Id)
            .Take(MaxEvents)
            .Select(@event => new EventStock(@event.Id, @event.Strategy, @event.AvailableTickets))
            .ToListAsync(cancellationToken);
    }
}

internal static partial class TelemetryLog
{
    [LoggerMessage(4001, LogLevel.Warning, "The stock cannot be read for the metrics; the last figures stay. {Reason}")]
    public static partial void NoSnapshot(ILogger logger, string reason);
}
