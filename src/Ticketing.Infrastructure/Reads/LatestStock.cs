using System.Collections.Concurrent;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// The newest stock of each event that this replica has seen while it sold tickets or changed the event. A cached status that is older gets these figures, so
/// that buyers see their own booking at once, and nobody who was told "sold out" sees tickets.
/// </summary>
internal sealed class LatestStock(TimeProvider clock)
{
    /// <summary>Above this, the memory is cleared, and a status may be as old as the cache allows.</summary>
    private const int MaxEvents = 100_000;

    /// <summary>
    /// No cache keeps a status longer while the database answers. What was read later is true whatever its version: the database may have been restored
    /// from a backup, in which the versions are lower.
    /// </summary>
    private static readonly TimeSpan _longestAge = TimeSpan.FromSeconds(CacheOptions.MaxStatusSeconds);

    private readonly ConcurrentDictionary<int, Seen> _stocks = new();
    private int _newestEvent;
    private long _setUpAt = long.MinValue;

    /// <summary>The newest event that was set up here; 0 if there is none.</summary>
    public int NewestEvent => Volatile.Read(ref _newestEvent);

    /// <summary>The timestamp from which on what is read has that event.</summary>
    public long SetUpAt => Volatile.Read(ref _setUpAt);

    public void WasSetUp(int eventId)
    {
        Volatile.Write(ref _setUpAt, clock.GetTimestamp());
        Volatile.Write(ref _newestEvent, eventId);
    }

    /// <summary>Remembers a stock that was committed by this replica, or read from what others had committed.</summary>
    public void Saw(int eventId, Stock stock)
    {
        if (!_stocks.ContainsKey(eventId) && _stocks.Count >= MaxEvents)
        {
            _stocks.Clear();
        }

        var seen = new Seen(stock, clock.GetUtcNow());
        _stocks.AddOrUpdate(eventId, seen, (_, old) => old.Stock.Version > stock.Version && seen.At < old.At + _longestAge ? old : seen);
    }

    /// <summary>The stock that is remembered, however old; null if there is none.</summary>
    public Stock? Find(int eventId) => _stocks.GetValueOrDefault(eventId)?.Stock;

    /// <summary>The newer one of a stock that was read and the one that is remembered.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="read">The stock that was read.</param>
    /// <param name="readAt">When, UTC.</param>
    public Stock NewerOf(int eventId, Stock read, DateTimeOffset readAt) =>
        _stocks.TryGetValue(eventId, out var seen) && seen.Stock.Version > read.Version && readAt < seen.At + _longestAge
            ? seen.Stock with { Bookings = seen.Stock.Bookings ?? read.Bookings }
            : read;

    private sealed record Seen(Stock Stock, DateTimeOffset At);
}
