using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ticketing.Application.Access;
using Ticketing.Application.Events;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>Keeps the immutable properties of events in memory. The absence of an event is not kept, because it can change.</summary>
internal sealed class EventRepository(
    IDbContextFactory<TicketingDbContext> contexts,
    OrderTransactions transactions,
    Deadline deadline,
    IOptions<BookingOptions> options,
    LatestStock latest,
    TimeProvider clock,
    ILogger<EventRepository> logger) : IEventRepository
{
    /// <summary>Far more events than are on sale at once; above this, the memory is cleared.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<int, EventFacts> _facts = new();

    public async Task<bool> AddAsync(Event @event, Actor actor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await transactions.BeginAsync(db, cancellationToken);
        db.Events.Add(@event);
        await db.SaveChangesAsync(CancellationToken.None);
        if (@event.Bookings is null && @event.Stock.Rules != SaleRules.Open)
        {
            return false;
        }

        db.Audit.Add(actor.Of(AuditAction.EventSetUp, @event.Id, before: null, Actor.Describe(@event), @event.CreatedAt));
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync("events", @event.Id);
        Remember(new EventFacts(@event.Id, @event.Kind, @event.Strategy, @event.HoldSeconds, @event.MaxHoldSeconds, @event.CreatedAt));
        if (@event.Kind == EventKind.Sale)
        {
            latest.WasSetUp(@event.Id);
        }

        return true;
    }

    public async Task<EventOutcome> ChangeAsync(
        int eventId, AuditAction action, Actor actor, Func<Event, EventOutcome?> change, CancellationToken cancellationToken)
    {
        deadline.Set(options.Value.OrderTimeLimit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await transactions.BeginAsync(db, cancellationToken);
        if (await transactions.LockAsync(db, eventId) is not { } @event)
        {
            return new EventOutcome.NotFound();
        }

        if (@event.Bookings is null)
        {
            return new EventOutcome.UpgradeInProgress();
        }

        var before = Actor.Describe(@event);
        if (change(@event) is { } refusal)
        {
            return refusal;
        }

        if (Actor.Describe(@event) is var after && after != before)
        {
            var entry = actor.Of(action, eventId, before, after, clock.GetUtcNow().UtcDateTime);
            db.Audit.Add(entry);
            await db.SaveChangesAsync(CancellationToken.None);
            await transaction.CommitAsync("audit", entry.Id);
        }

        latest.Saw(eventId, @event.Stock);
        return new EventOutcome.Changed(EventSnapshot.Of(@event, clock.GetUtcNow()).With(@event.Stock, clock.GetUtcNow()));
    }

    public ValueTask<EventFacts?> FindAsync(int eventId, CancellationToken cancellationToken) =>
        _facts.TryGetValue(eventId, out var facts) ? new(facts) : new(LoadAsync(eventId, cancellationToken));

    private async Task<EventFacts?> LoadAsync(int eventId, CancellationToken cancellationToken)
    {
        deadline.Set(options.Value.OrderTimeLimit / 2); // the order itself comes after it
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var facts = await db.Events
            .Where(@event => @event.Id == eventId)
            .Select(@event => new EventFacts(@event.Id, @event.Kind, @event.Strategy, @event.HoldSeconds, @event.MaxHoldSeconds, @event.CreatedAt))
            .SingleOrDefaultAsync(cancellationToken);
        if (facts is not null)
        {
            Remember(facts);
            if (facts.Strategy == BookingStrategyNames.Unknown)
            {
                BookingLog.StrategyUnknown(logger, eventId);
            }
        }

        return facts;
    }

    private void Remember(EventFacts facts)
    {
        if (_facts.Count >= MaxRemembered)
        {
            _facts.Clear();
        }

        _facts[facts.Id] = facts;
    }
}
