using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Bookings.Returns;

/// <summary>
/// Expires holds that are due, although nobody orders: one indexed query a second finds their events. Every replica does it, and two at once do no harm: the
/// second finds nothing. A replica that dies in the middle leaves nothing behind, because a batch is one transaction.
/// </summary>
internal sealed class HoldSweeper(
    IDbContextFactory<TicketingDbContext> contexts,
    IDatabaseClock databaseClock,
    BookingChanges changes,
    TimeProvider clock,
    ILogger<HoldSweeper> logger) : BackgroundService
{
    /// <summary>Events whose holds expire at the same time. More wait for the next round.</summary>
    private const int MaxEvents = 1000;

    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period, clock);
        var isFailing = false;
        while (await timer.NextAsync(stoppingToken))
        {
            try
            {
                while (await SweepAsync(stoppingToken))
                {
                }

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
                    BookingLog.NotSwept(logger, exception.GetBaseException().Message);
                }

                isFailing = true;
            }
        }
    }

    /// <returns>Whether holds have expired, so that there may be more.</returns>
    private async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        var due = await FindDueAsync(cancellationToken);
        var left = await Task.WhenAll(due.Select(eventId => changes.ExpireAsync(eventId, cancellationToken)));
        return left.Any(stock => stock is not null);
    }

    private async Task<List<int>> FindDueAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await databaseClock.NowAsync(db);
        return await db.Bookings
            .Where(booking => booking.ExpiresAt <= now)
            .Select(booking => booking.EventId)
            .Distinct()
            .Take(MaxEvents)
            .ToListAsync(cancellationToken);
    }
}
