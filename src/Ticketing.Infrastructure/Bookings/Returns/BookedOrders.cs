using System.Collections.Concurrent;
using Ticketing.Application.Access;

namespace Ticketing.Infrastructure.Bookings.Returns;

/// <summary>
/// The orders of the newest holds, which never change. A request to confirm a hold names only the hold, and usually comes soon after it was made. Without
/// this memory, each would need a query to find the queue of its event.
/// </summary>
internal sealed class BookedOrders
{
    /// <summary>About 20 MB. Above this, the older half is forgotten.</summary>
    private const int MaxRemembered = 200_000;

    private Generation _newer = new();
    private Generation _older = new();

    public BookedOrder? Find(long bookingId) =>
        Volatile.Read(ref _newer).Orders.TryGetValue(bookingId, out var order) || Volatile.Read(ref _older).Orders.TryGetValue(bookingId, out order) ? order : null;

    public void Remember(long bookingId, BookedOrder order)
    {
        var generation = Volatile.Read(ref _newer);
        generation.Orders[bookingId] = order;
        if (Interlocked.Increment(ref generation.Count) == MaxRemembered / 2) // the dictionary's own count takes all of its locks
        {
            Volatile.Write(ref _older, generation);
            Volatile.Write(ref _newer, new());
        }
    }

    public void Forget(long bookingId)
    {
        _newer.Orders.TryRemove(bookingId, out _);
        _older.Orders.TryRemove(bookingId, out _);
    }

    private sealed class Generation
    {
        public int Count;

        public ConcurrentDictionary<long, BookedOrder> Orders { get; } = new();
    }
}

/// <summary>What of an order never changes.</summary>
/// <param name="EventId">The event.</param>
/// <param name="UserId">The user.</param>
/// <param name="CreatedBy">Who ordered; null if nobody was asked.</param>
internal readonly record struct BookedOrder(int EventId, int UserId, string? CreatedBy)
{
    public bool IsOf(Caller? caller) => caller?.Owns(UserId, CreatedBy) != false;
}
