using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Faults;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Faults;

/// <summary>A client that locks the row of every event, thinks, and does it again: so each order waits for most of a second, and nobody works.</summary>
internal sealed class SlowDatabase(IDbContextFactory<TicketingDbContext> contexts, TimeProvider clock) : IFault
{
    private static readonly TimeSpan _locked = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan _free = TimeSpan.FromMilliseconds(50);

    public string Name => "slow_database";

    public string? WhyUnavailable => null;

    public async Task CauseAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < length)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await using (await db.Database.BeginTransactionAsync(cancellationToken))
            {
                // Nothing changes, and every row is locked, or in SQLite the file.
                await db.Events.ExecuteUpdateAsync(events => events.SetProperty(one => one.Version, one => one.Version), cancellationToken);
                await Task.Delay(_locked, clock, cancellationToken);
            } // rolls back

            await Task.Delay(_free, clock, cancellationToken);
        }
    }
}
