using Ticketing.Domain;

namespace Ticketing.Application.Events;

/// <summary>Stores events, and remembers what never changes about them.</summary>
public interface IEventRepository
{
    /// <summary>Stores a new event, which becomes the current one, and gives it its id.</summary>
    Task AddAsync(Event @event, CancellationToken cancellationToken);

    /// <summary>What never changes about an event: asked of the database once, then of memory.</summary>
    /// <returns>Null when there is no such event.</returns>
    ValueTask<EventFacts?> FindAsync(int eventId, CancellationToken cancellationToken);
}

/// <summary>What never changes about an event once it is set up.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Strategy">How it is sold.</param>
public sealed record EventFacts(int Id, BookingStrategy Strategy);
