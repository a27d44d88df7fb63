using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Writes batches, and answers every buyer of each: after COMMIT, never before.
/// </summary>
/// <remarks>
/// <para>What can go wrong, and what then happens:</para>
/// <list type="bullet">
/// <item>Contention (deadlock 1213, lock wait timeout 1205, write conflict 1020; SQLite: busy 5): rolled back, tried again, after that "busy".</item>
/// <item>A key that another replica or another event's queue has used since we looked (1062): rolled back and tried again; the next look finds it.</item>
/// <item>The database refuses the batch for any other reason: one item is bad, so it is halved until the bad one stands alone. It alone fails.</item>
/// <item>The connection is lost before COMMIT was sent: nothing has happened, so it is tried once more, then everybody is told.</item>
/// <item>The connection is lost at COMMIT: the fate of the batch is looked up, see <see cref="FindFateAsync"/>.</item>
/// </list>
/// </remarks>
internal sealed class BatchWriter(
    IBatchDatabase database,
    IDatabaseErrors errors,
    IOptions<BookingOptions> options,
    TicketingMetrics metrics,
    TimeProvider clock,
    ILogger<BatchWriter> logger)
{
    private const int MaxReconnects = 1;

    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(32);

    private long _lastTimestamp;

    private enum Fate
    {
        Committed,
        NotCommitted,
        Unknown,
    }

    /// <summary>Carries the orders out. Never throws: whatever happens is told to the buyers.</summary>
    public async Task WriteAsync(int eventId, IReadOnlyList<PendingOrder> orders)
    {
        try
        {
            await WriteOrThrowAsync(eventId, orders);
        }
        catch (Exception exception)
        {
            foreach (var order in orders)
            {
                order.Fail(exception);
            }
        }
    }

    private async Task WriteOrThrowAsync(int eventId, IReadOnlyList<PendingOrder> orders)
    {
        var keys = orders.Where(order => order.Order.IdempotencyKey is not null).Select(order => order.Order.IdempotencyKey!).Distinct().ToList();
        var started = clock.GetTimestamp();
        var reconnects = 0;
        var isAnswered = false;
        for (var tries = 1; ; tries++)
        {
            BatchPlan? plan = null;
            var timestamp = default(DateTime);
            var began = clock.GetTimestamp();
            try
            {
                using var activity = TicketingTracing.StartLinked("write batch", orders.Select(order => order.Trace));
                await using var transaction = await database.OpenAsync();
                if (await transaction.BeginAsync(eventId, keys) is not { } start)
                {
                    TellAll(orders, BookingOutcome.EventNotFound.Instance);
                    isAnswered = true;
                    return;
                }

                var decided = new BatchPlan(start.Available, start.Earlier, orders);
                if (decided.ToInsert.Count == 0)
                {
                    await transaction.RollbackAsync();
                    Tell(orders, decided, []);
                    isAnswered = true;
                    return;
                }

                timestamp = NextTimestamp();
                plan = decided;
                var ids = await transaction.CommitAsync(eventId, plan.ToInsert, plan.Taken, timestamp);
                Tell(orders, plan, ids);
                isAnswered = true;
                metrics.BatchCommitted(orders.Count, clock.GetElapsedTime(began));
                return;
            }
            catch (Exception exception) when (!isAnswered)
            {
                switch (errors.Classify(exception))
                {
                    case DatabaseFault.Contention:
                    case DatabaseFault.DuplicateKey when CanRetry():
                        break;

                    case DatabaseFault.Unavailable when plan is not null:
                        BookingLog.BatchLostAtCommit(logger, plan.ToInsert.Count, eventId, exception.GetBaseException().Message);
                        var (fate, found) = await FindFateAsync(eventId, plan, timestamp);
                        if (fate == Fate.Committed)
                        {
                            Tell(orders, plan, found);
                            return;
                        }

                        if (fate == Fate.Unknown)
                        {
                            BookingLog.BatchFateUnknown(logger, plan.ToInsert.Count, eventId);
                            TellUncertain(orders, plan);
                            return;
                        }

                        break;

                    case DatabaseFault.Unavailable when reconnects++ < MaxReconnects:
                        break;

                    case DatabaseFault.Refused or DatabaseFault.DuplicateKey when orders.Count > 1:
                        await WriteHalvesAsync(eventId, orders);
                        return;

                    default:
                        throw;
                }
            }

            if (!CanRetry())
            {
                TellAll(orders, new BookingOutcome.Busy(BusyReason.Contention));
                return;
            }

            metrics.TransactionRetried(BookingStrategy.Batched);
            await Task.Delay(Pause(tries), clock);

            bool CanRetry() =>
                tries < options.Value.MaxAttempts && clock.GetElapsedTime(started).TotalSeconds < options.Value.PatienceSeconds;
        }
    }

    /// <summary>One bad item must not fail its neighbours: halving finds it in a few steps, in the order of arrival.</summary>
    private async Task WriteHalvesAsync(int eventId, IReadOnlyList<PendingOrder> orders)
    {
        var half = orders.Count / 2;
        await WriteAsync(eventId, [.. orders.Take(half)]);
        await WriteAsync(eventId, [.. orders.Skip(half)]);
    }

    /// <summary>
    /// Whether a batch whose connection was lost at COMMIT is in the database. The server may still be at work on it, and holds the event's row
    /// until it is done; so the row is locked first, and what is read then is final. The batch is known by its timestamp, which no other batch
    /// of this process has, and by its orders.
    /// </summary>
    private async Task<(Fate, IReadOnlyList<long>)> FindFateAsync(int eventId, BatchPlan plan, DateTime timestamp)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await using var transaction = await database.OpenAsync();
                await transaction.BeginAsync(eventId, []);
                var stored = await transaction.FindAsync(eventId, timestamp);
                await transaction.RollbackAsync();
                return stored.Count == 0 ? (Fate.NotCommitted, [])
                    : IsWhole(stored, plan) ? (Fate.Committed, [.. stored.Select(booking => booking.Id)])
                    : (Fate.Unknown, []);
            }
            catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
            {
                if (clock.GetElapsedTime(started).TotalSeconds > options.Value.CommitPatienceSeconds)
                {
                    return (Fate.Unknown, []);
                }
            }

            await Task.Delay(BookingCommit.Pause, clock);
        }
    }

    private static bool IsWhole(IReadOnlyList<StoredBooking> stored, BatchPlan plan) =>
        stored.Count == plan.ToInsert.Count && stored.Zip(plan.ToInsert).All(pair => pair.First.IsFor(pair.Second));

    private static void Tell(IReadOnlyList<PendingOrder> orders, BatchPlan plan, IReadOnlyList<long> ids)
    {
        for (var i = 0; i < orders.Count; i++)
        {
            orders[i].Tell(plan.OutcomeOf(i, ids));
        }
    }

    private static void TellAll(IReadOnlyList<PendingOrder> orders, BookingOutcome outcome)
    {
        foreach (var order in orders)
        {
            order.Tell(outcome);
        }
    }

    private static void TellUncertain(IReadOnlyList<PendingOrder> orders, BatchPlan plan)
    {
        for (var i = 0; i < orders.Count; i++)
        {
            orders[i].Tell(
                plan.CertainOutcomeOf(i)
                ?? (plan.IsBookedHere(i)
                    ? BookingOutcome.Unknown.Instance
                    : new BookingOutcome.Busy(BusyReason.DatabaseLost)));
        }
    }

    /// <summary>The time of a batch: no two batches of this process have the same, down to the microsecond that the database keeps.</summary>
    private DateTime NextTimestamp()
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

    private static TimeSpan Pause(int tries) => Jitter.UpTo(Math.Min(1 << Math.Min(tries, 10), _longestPause.TotalMilliseconds));
}
