using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Finds out what became of a batch whose connection was lost at COMMIT. The server may still be working on it, and holds the event's row until
/// it is done; so the row is locked first, and what is read then is final.
/// </summary>
internal sealed class CommitLookup(IBatchDatabase database, IDatabaseErrors errors, Deadline deadline, IOptions<BookingOptions> options, TimeProvider clock)
{
    private long _lastTimestamp;

    /// <summary>
    /// The time of a batch, by which it is found again: no two batches of this process have the same, down to the microsecond that the database
    /// keeps. A batch of another replica may, so what is found is compared with the orders.
    /// </summary>
    public DateTime NextTimestamp()
    {
        while (true)
        {
            var now = clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond;
            var last = Volatile.Read(ref _lastTimestamp);
            var next = Math.Max(now, last + TimeSpan.TicksPerMicrosecond);
            if (Interlocked.CompareExchange(ref _lastTimestamp, next, last) == last)
            {
                return new DateTime(next, DateTimeKind.Utc);
            }
        }
    }

    /// <returns>The ids of the bookings, in the order of <paramref name="orders"/>; none when the batch was not committed; null when that cannot be told.</returns>
    public async Task<IReadOnlyList<long>?> FindAsync(int eventId, IReadOnlyList<BookTicketCommand> orders, DateTime timestamp)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await using var transaction = await database.OpenAsync();
                await transaction.BeginAsync(eventId, [], TimeSpan.FromSeconds(options.Value.CommitPatienceSeconds));
                var found = await transaction.FindAsync(eventId, timestamp);
                return found is not null && (found.Count == 0 || AreFor(orders, found)) ? [.. found.Select(booking => booking.Id)] : null;
            }
            catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
            {
                if (deadline.HasPassed || clock.GetElapsedTime(started).TotalSeconds > options.Value.CommitPatienceSeconds)
                {
                    return null;
                }
            }

            await Task.Delay(BookingCommit.Pause, clock);
        }
    }

    private static bool AreFor(IReadOnlyList<BookTicketCommand> orders, IReadOnlyList<Booking> bookings) =>
        bookings.Count == orders.Count && bookings.Zip(orders).All(pair => pair.Second.IsServedBy(pair.First) && pair.First.IdempotencyKey == pair.Second.IdempotencyKey);
}
