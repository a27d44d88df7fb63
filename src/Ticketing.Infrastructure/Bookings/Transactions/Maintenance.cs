using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Ticketing.Application.Access;
using Ticketing.Application.Events.SetReadOnly;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>
/// Whether orders are taken at all, as this replica knows. It is asked under the event's lock, after the look-up of the key: an order that was booked before is answered
/// with its booking.
/// </summary>
internal sealed class ReadOnlyMode
{
    private volatile bool _isOn;

    /// <summary>Whether no orders are taken.</summary>
    public bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }
}

/// <summary>Keeps the switch for <see cref="ReadOnlyMode"/> in the database. Each replica reads it once a second, so that no order pays for it.</summary>
internal sealed class Maintenance(
    ReadOnlyMode mode, IDbContextFactory<TicketingDbContext> contexts, IDatabaseErrors errors, TimeProvider clock) : BackgroundService, IMaintenance
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    public bool IsReadOnly => mode.IsOn;

    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return mode.IsOn = await db.Switches.AnyAsync(one => one.Name == Switch.ReadOnly && one.IsOn, cancellationToken);
    }

    public async Task SetReadOnlyAsync(bool readOnly, Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = await db.Switches.SingleOrDefaultAsync(one => one.Name == Switch.ReadOnly, cancellationToken)
            ?? db.Switches.Add(new Switch(Switch.ReadOnly)).Entity;
        if (stored.Turn(readOnly, now))
        {
            db.Audit.Add(actor.Of(readOnly ? AuditAction.ReadOnlyOn : AuditAction.ReadOnlyOff, now));
            await db.SaveChangesAsync(cancellationToken);
        }

        mode.IsOn = readOnly;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period, clock);
        while (await timer.NextAsync(stoppingToken)) // the first look was before the server listened
        {
            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None || stoppingToken.IsCancellationRequested)
            {
                // What was known goes on: without the database, nothing is booked anyway.
            }
        }
    }
}
