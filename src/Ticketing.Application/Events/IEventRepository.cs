using Ticketing.Domain;

namespace Ticketing.Application.Events;

/// <summary>Stores events, and keeps their immutable properties in memory.</summary>
public interface IEventRepository
{
    /// <summary>Stores a new event, which becomes the current one, and assigns its id.</summary>
    Task AddAsync(Event @event, CancellationToken cancellationToken);

    /// <summary>The immutable properties of an event: read from the database once, then from memory.</summary>
    /// <returns>Null if the event does not exist.</returns>
    ValueTask<EventFacts?> FindAsync(int eventId, CancellationToken cancellationToken);
}

/// <summary>The immutable properties of an event.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Strategy">The strategy that sells its tickets.</param>
public sealed record EventFacts(int Id, BookingStrategy Strategy);
