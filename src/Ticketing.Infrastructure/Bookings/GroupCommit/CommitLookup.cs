using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Finds out what became of a batch whose connection was lost at COMMIT. The server may still be working on it; so the event's row is written to first
/// (<see cref="IBatchTransaction.FenceAsync"/>; why that helps: <see cref="BookingCommit"/>), and what is read then is final.
/// </summary>
internal sealed class CommitLookup(IBatchDatabase database, IDatabaseErrors errors, Deadline deadline, IOptions<BookingOptions> options, TimeProvider clock)
{
    private long _lastTimestamp;

    /// <summary>
    /// The time of a batch, by which it is found again: no two batches of this process have the same, down to the microsecond that the database
    /// keeps. A batch of another replica may, so what is found is compared with the orders.
    /// </summary>
    /// <param name="time">Now by the database's clock, UTC.</param>
    public DateTime NextTimestamp(DateTime time)
    {
        while (true)
        {
            var now = time.Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond;
            var last = Volatile.Read(ref _lastTimestamp);
            var next = Math.Max(now, last + TimeSpan.TicksPerMicrosecond);
            if (Interlocked.CompareExchange(ref _lastTimestamp, next, last) == last)
            {
                return new DateTime(next, DateTimeKind.Utc);
            }
        }
    }

    /// <summary>Whether a batch was committed.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="plan">What the batch was to write.</param>
    /// <param name="timestamp">Its timestamp.</param>
    public async Task<BatchFate> FindAsync(int eventId, BatchPlan plan, DateTime timestamp)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await using var transaction = await database.OpenAsync();
                await transaction.FenceAsync(eventId);
                var reads = BatchReads.Nothing with { Ids = [.. plan.ToUpdate.Select(booking => booking.Id)] };
                var start = await transaction.LockAsync(eventId, reads, TimeSpan.FromSeconds(options.Value.CommitPatienceSeconds));
                return plan.ToInsert.Count == 0
                    ? FateOf(plan, start, timestamp)
                    : FateOf(plan, await transaction.FindAsync(eventId, timestamp));
            }
            catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
            {
                if (deadline.HasPassed || clock.GetElapsedTime(started).TotalSeconds > options.Value.CommitPatienceSeconds)
                {
                    return BatchFate.Unknown;
                }
            }

            await Task.Delay(BookingCommit.Pause, clock);
        }
    }

    /// <summary>By the bookings that it inserted, if any.</summary>
    private static BatchFate FateOf(BatchPlan plan, IReadOnlyList<Booking>? found) =>
        found is null ? BatchFate.Unknown
        : found.Count == 0 ? BatchFate.RolledBack
        : AreFor(plan.ToInsert, found) ? new(true, [.. found.Select(booking => booking.Id)])
        : BatchFate.Unknown;

    /// <summary>By the bookings that it changed. If others have changed them all since, nobody can tell.</summary>
    private static BatchFate FateOf(BatchPlan plan, BatchStart? start, DateTime timestamp)
    {
        foreach (var booking in plan.ToUpdate)
        {
            if (start?.Bookings.GetValueOrDefault(booking.Id) is { } stored)
            {
                if (stored.ChangedAt == timestamp)
                {
                    return new(true, []);
                }

                if (stored.ChangedAt == plan.ChangedBefore(booking))
                {
                    return BatchFate.RolledBack;
                }
            }
        }

        return BatchFate.Unknown;
    }

    private static bool AreFor(IReadOnlyList<BookTicketCommand> orders, IReadOnlyList<Booking> bookings) =>
        bookings.Count == orders.Count && bookings.Zip(orders).All(pair => pair.Second.IsServedBy(pair.First) && pair.First.IdempotencyKey == pair.Second.IdempotencyKey);
}

/// <summary>What became of a batch.</summary>
/// <param name="IsCommitted">Whether it was committed; null if that cannot be told.</param>
/// <param name="Ids">The ids of its new bookings, in their order, if it was.</param>
internal sealed record BatchFate(bool? IsCommitted, IReadOnlyList<long> Ids)
{
    public static BatchFate RolledBack { get; } = new(false, []);

    public static BatchFate Unknown { get; } = new(null, []);
}
