using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Metrics;

/// <summary>
/// Reads the stock of events once a second, so that a scrape never waits for the database. While the database is unavailable,
/// the last snapshot is exported, and tickets_snapshot_age_seconds is its age.
/// </summary>
/// <remarks>
/// There may be more events than a scrape can carry. Exported are the newest ones, those that this replica has sold in the last ten minutes, and all
/// that are oversold, however old.
/// </remarks>
internal sealed class StockSnapshots(
    [FromKeyedServices(DatabaseRegistration.Reads)] IDbContextFactory<TicketingDbContext> contexts,
    RecentlySold recentlySold,
    TicketingMetrics metrics,
    TimeProvider clock,
    ILogger<StockSnapshots> logger) : BackgroundService
{
    private const int MaxNewest = 50;
    private const int MaxRecentlySold = 200;
    private const int MaxOversold = 200;

    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    /// <summary>Looking for oversold events reads them all. What is oversold now shows at once, because this replica, or another, has just sold it.</summary>
    private static readonly TimeSpan _oversoldPeriod = TimeSpan.FromMinutes(1);

    private HashSet<int> _oversold = [];
    private long? _lookedForOversoldAt;

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
            catch (Exception exception) // whatever it is: it must not end the program, and the next second tries again
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
        if (_lookedForOversoldAt is not { } lookedAt || clock.GetElapsedTime(lookedAt) >= _oversoldPeriod)
        {
            _oversold = await db.Events
                .Where(@event => @event.AvailableTickets < 0 && @event.Kind == EventKind.Sale)
                .OrderByDescending(@event => @event.Id)
                .Take(MaxOversold)
                .Select(@event => @event.Id)
                .ToHashSetAsync(cancellationToken);
            _lookedForOversoldAt = clock.GetTimestamp();
        }

        var stock = await StockOf(db.Events.Where(@event => @event.Kind == EventKind.Sale).OrderByDescending(@event => @event.Id).Take(MaxNewest)).ToListAsync(cancellationToken);
        var others = recentlySold.TakeNewest(MaxRecentlySold).Union(_oversold).Except(stock.Select(@event => @event.EventId)).ToList();
        if (others.Count > 0)
        {
            stock.AddRange(await StockOf(db.Events.Where(@event => others.Contains(@event.Id))).ToListAsync(cancellationToken));
        }

        return stock;
    }

    private static IQueryable<EventStock> StockOf(IQueryable<Event> events) =>
        events.Select(@event => new EventStock(@event.Id, @event.Strategy, @event.AvailableTickets, @event.HeldTickets));
}

internal static partial class TelemetryLog
{
    [LoggerMessage(4001, LogLevel.Warning, "The stock cannot be read for the metrics; the last figures stay. {Reason}")]
    public static partial void NoSnapshot(ILogger logger, string reason);
}
