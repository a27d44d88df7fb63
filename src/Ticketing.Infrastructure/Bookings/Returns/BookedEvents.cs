using System.Collections.Concurrent;

namespace Ticketing.Infrastructure.Bookings.Returns;

/// <summary>
/// The events of the newest holds, which never change. Whoever confirms a hold names only the hold, and soon after it was made; without this memory each would
/// cost a query of its own to find the queue that it belongs to.
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
