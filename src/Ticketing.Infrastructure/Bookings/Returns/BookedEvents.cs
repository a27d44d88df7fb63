using System.Collections.Concurrent;

namespace Ticketing.Infrastructure.Bookings.Returns;

/// <summary>
/// The event of each of the newest holds, which never changes. A request to confirm a hold names only the hold, and usually comes soon after it was made. Without
/// this memory, each would need a query to find the queue of its event.
/// </summary>
internal sealed class BookedEvents
{
    /// <summary>About 10 MB. Above this, the older half is forgotten.</summary>
    private const int MaxRemembered = 200_000;

    private Generation _newer = new();
    private Generation _older = new();

    public int? Find(long bookingId) =>
        Volatile.Read(ref _newer).Events.TryGetValue(bookingId, out var eventId) || Volatile.Read(ref _older).Events.TryGetValue(bookingId, out eventId) ? eventId : null;

    public void Remember(long bookingId, int eventId)
    {
        var generation = Volatile.Read(ref _newer);
        generation.Events[bookingId] = eventId;
        if (Interlocked.Increment(ref generation.Count) == MaxRemembered / 2) // the dictionary's own count takes all of its locks
        {
            Volatile.Write(ref _older, generation);
            Volatile.Write(ref _newer, new());
        }
    }

    public void Forget(long bookingId)
    {
        _newer.Events.TryRemove(bookingId, out _);
        _older.Events.TryRemove(bookingId, out _);
    }

    private sealed class Generation
    {
        public int Count;

        public ConcurrentDictionary<long, int> Events { get; } = new();
    }
}
