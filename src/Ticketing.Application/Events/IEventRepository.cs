using Ticketing.Application.Access;
using Ticketing.Domain;

namespace Ticketing.Application.Events;

/// <summary>Stores and changes events, and keeps their immutable properties in memory.</summary>
public interface IEventRepository
{
    /// <summary>Stores a new event, which becomes the current one unless it is a race, and assigns its id.</summary>
    /// <param name="event">The event.</param>
    /// <param name="actor">Who sets it up.</param>
    /// <param name="cancellationToken">Ends waiting, but never a transaction that may already be committing.</param>
    /// <returns>
    /// False, and nothing is stored, if the event has rules that replicas of the previous version would ignore, while those may still run.
    /// </returns>
    Task<bool> AddAsync(Event @event, Actor actor, CancellationToken cancellationToken);

    /// <summary>Changes an event under its lock, so that every order after the answer, on every replica, meets the change.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="action">What is done, for the audit.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="change">Changes it; returns null if it can, otherwise why it cannot.</param>
    /// <param name="cancellationToken">Ends waiting, but never a transaction that may already be committing.</param>
    Task<EventOutcome> ChangeAsync(int eventId, AuditAction action, Actor actor, Func<Event, EventOutcome?> change, CancellationToken cancellationToken);

    /// <summary>The immutable properties of an event: read from the database once, then from memory.</summary>
    /// <returns>Null if the event does not exist.</returns>
    ValueTask<EventFacts?> FindAsync(int eventId, CancellationToken cancellationToken);
}

/// <summary>The immutable properties of an event.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Strategy">The strategy that sells its tickets.</param>
/// <param name="HoldSeconds">For how long a hold lasts if its order does not say, in seconds.</param>
/// <param name="MaxHoldSeconds">For how long tickets can be held, in seconds.</param>
/// <param name="CreatedAt">Time of set-up, UTC. With the id, it tells the event from those of other installations.</param>
public sealed record EventFacts(int Id, EventKind Kind, BookingStrategy Strategy, int HoldSeconds, int MaxHoldSeconds, DateTime CreatedAt)
{
    /// <summary>No event lets tickets be held for longer, in seconds.</summary>
    public const int LongestHoldSeconds = 86_400;
}
