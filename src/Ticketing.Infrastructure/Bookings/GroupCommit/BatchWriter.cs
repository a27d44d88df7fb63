using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Writes batches, and answers every buyer of each: after COMMIT, never before.
/// </summary>
/// <remarks>
/// <para>The order of a batch, which <see cref="TryAsync"/> follows:</para>
/// <code>
/// 1  begin, lock the event's row, read the stock and the bookings of the batch's keys     one round trip
///    if the event has a limit per user, read what the batch's users have                  one more
/// 2  decide every order in memory, in the order of arrival
/// 3  insert the bookings, take their tickets from the stock, COMMIT                       one round trip
/// 4  answer every buyer
/// </code>
/// <para>What can go wrong, and what follows:</para>
/// <list type="bullet">
/// <item>Contention (deadlock 1213, lock wait timeout 1205, write conflict 1020; SQLite: busy 5): rolled back, tried again, after that "busy".</item>
/// <item>Another replica or another event's queue has used a key since step 1 (1062): rolled back and tried again; the next attempt finds it.</item>
/// <item>The database refuses to insert the batch for any other reason: the batch is split in half until only the bad order fails.</item>
/// <item>The connection is lost before COMMIT was sent: nothing has happened, so the batch is tried once more, and then fails.</item>
/// <item>The connection is lost at COMMIT: <see cref="CommitLookup"/> finds out what became of the batch.</item>
/// </list>
/// </remarks>
internal sealed class BatchWriter(
    IBatchDatabase database,
    CommitLookup lookup,
    IDatabaseErrors errors,
    Deadline deadline,
    DatabaseCircuitBreaker breaker,
    LatestStock latest,
    IOptions<BookingOptions> options,
    TicketingMetrics metrics,
    TimeProvider clock,
    ILogger<BatchWriter> logger)
{
    private const int MaxReconnects = 1;

    /// <summary>Databases wait for a lock in whole seconds, rounded.</summary>
    private static readonly TimeSpan _shortestLockWait = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(32);

    /// <summary>How an attempt ended.</summary>
    private enum Verdict
    {
        /// <summary>Every order was answered.</summary>
        Decided,

        /// <summary>Nothing was booked, and the next attempt may succeed.</summary>
        RolledBack,

        /// <summary>As <see cref="RolledBack"/>, because a key was used meanwhile.</summary>
        KeyTaken,

        /// <summary>There is no connection.</summary>
        Unreachable,

        /// <summary>The database does not accept the batch, and never will.</summary>
        Refused,
    }

    /// <summary>Processes the orders. Never throws: exceptions go to the waiting requests.</summary>
    public async Task WriteAsync(int eventId, IReadOnlyList<PendingOrder> orders)
    {
        var left = options.Value.OrderTimeLimit - orders[0].Waited; // the first has waited longest
        var limit = deadline.Set(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        try
        {
            // In real time: what hangs, in spite of every timeout of the driver, is outside this process.
            await WriteUntilDecidedAsync(eventId, orders).WaitAsync(limit.Length + BookingOptions.Grace);
        }
        catch (TimeoutException)
        {
            // It sends nothing any more, except ROLLBACK.
            Complete(orders, _ => limit.MayBeCommitted ? BookingOutcome.Unknown.Instance : new BookingOutcome.Busy(BusyReason.Contention));
        }
        catch (Exception exception)
        {
            Fail(orders, exception);
        }
    }

    private async Task WriteUntilDecidedAsync(int eventId, IReadOnlyList<PendingOrder> orders)
    {
        var patience = TimeSpan.FromSeconds(options.Value.PatienceSeconds);
        var reconnects = 0;
        for (var tries = 1; ; tries++)
        {
            var attempt = await TryAsync(eventId, orders, patience - orders[0].Waited);
            var isLast = tries >= options.Value.MaxAttempts || patience - orders[0].Waited < _shortestLockWait;
            switch (attempt.Verdict)
            {
                case Verdict.Decided:
                    return;

                case Verdict.Refused or Verdict.KeyTaken when orders.Count > 1 && (isLast || attempt.Verdict == Verdict.Refused):
                    var half = orders.Count / 2;
                    await WriteAsync(eventId, [.. orders.Take(half)]);
                    await WriteAsync(eventId, [.. orders.Skip(half)]);
                    return;

                case Verdict.KeyTaken when isLast:
                    Complete(orders, _ => BookingOutcome.Unknown.Instance); // somebody has booked with the key, perhaps this buyer
                    return;

                case Verdict.Refused:
                case Verdict.Unreachable when isLast || !breaker.IsAnswering || reconnects++ == MaxReconnects:
                    Fail(orders, attempt.Fault!);
                    return;

                case var _ when isLast:
                    Complete(orders, _ => new BookingOutcome.Busy(BusyReason.Contention));
                    return;
            }

            metrics.TransactionRetried(BookingStrategy.Batched);
            await Task.Delay(Jitter.UpTo(Math.Min(1 << Math.Min(tries, 10), _longestPause.TotalMilliseconds)), clock);
        }
    }

    private async Task<Attempt> TryAsync(int eventId, IReadOnlyList<PendingOrder> orders, TimeSpan patience)
    {
        BatchPlan? plan = null;
        DateTime? sentAt = null;
        Attempt? decided = null;
        var began = clock.GetTimestamp();
        try
        {
            using var activity = TicketingTracing.StartLinked("write batch", orders.Select(order => order.Trace));
            await using var transaction = await database.OpenAsync();
            if (await transaction.BeginAsync(eventId, KeysOf(orders), patience) is not { } start)
            {
                decided = Decide(orders, _ => BookingOutcome.EventNotFound.Instance);
            }
            else if ((plan = new BatchPlan(start, await OwnedAsync(transaction, eventId, start, orders), orders)).ToInsert.Count == 0)
            {
                latest.Saw(eventId, start.Stock);
                decided = Decide(orders, index => plan.OutcomeOf(index, []));
            }
            else
            {
                sentAt = lookup.NextTimestamp();
                deadline.Committing();
                var ids = await transaction.CommitAsync(eventId, plan.ToInsert, plan.Taken, sentAt.Value);
                latest.Saw(eventId, plan.Left);
                decided = Decide(orders, index => plan.OutcomeOf(index, ids));
                metrics.BatchCommitted(orders.Count, clock.GetElapsedTime(began));
            }
        }
        catch (Exception) when (decided is not null)
        {
            // Whatever happens to the connection now, the orders are decided.
        }
        catch (Exception exception) when (errors.Classify(exception) is not DatabaseFault.None and var fault
            && (plan is not null || fault != DatabaseFault.Refused)) // refused before anything was decided: no order is to blame, and all of them fail
        {
            return fault switch
            {
                _ when exception is DeadlineExceededException => new(Verdict.RolledBack),
                DatabaseFault.Unavailable when sentAt is { } timestamp => await AfterLostCommitAsync(eventId, orders, plan!, timestamp, exception),
                DatabaseFault.Unavailable => new(Verdict.Unreachable, Fault: exception),
                DatabaseFault.Contention => new(Verdict.RolledBack),
                DatabaseFault.DuplicateKey => new(Verdict.KeyTaken, Fault: exception),
                _ => new(Verdict.Refused, Fault: exception),
            };
        }

        return decided.Value;
    }

    private static async Task<IReadOnlyDictionary<int, int>?> OwnedAsync(
        IBatchTransaction transaction, int eventId, BatchStart start, IReadOnlyList<PendingOrder> orders) =>
        start.Stock.Rules.MaxPerUser is null ? null : await transaction.TicketsOfAsync(eventId, [.. orders.Select(order => order.Order.UserId).Distinct()]);

    private async Task<Attempt> AfterLostCommitAsync(int eventId, IReadOnlyList<PendingOrder> orders, BatchPlan plan, DateTime timestamp, Exception exception)
    {
        BookingLog.BatchLostAtCommit(logger, plan.ToInsert.Count, eventId, exception.GetBaseException().Message);
        switch (await lookup.FindAsync(eventId, plan.ToInsert, timestamp))
        {
            case []:
                return new(Verdict.RolledBack);

            case { } ids:
                latest.Saw(eventId, plan.Left);
                return Decide(orders, index => plan.OutcomeOf(index, ids));

            default:
                BookingLog.BatchOutcomeUnknown(logger, plan.ToInsert.Count, eventId);
                return Decide(orders, index => plan.CertainOutcomeOf(index) ?? UncertainOutcome(plan.IsBookedInThisBatch(index)));
        }
    }

    private static BookingOutcome UncertainOutcome(bool isBookedInThisBatch) =>
        isBookedInThisBatch ? BookingOutcome.Unknown.Instance : new BookingOutcome.Busy(BusyReason.DatabaseLost);

    private static List<string> KeysOf(IReadOnlyList<PendingOrder> orders) =>
        [.. orders.Select(order => order.Order.IdempotencyKey).OfType<string>().Distinct()];

    /// <summary>Answers at once: no buyer waits for what becomes of the connection.</summary>
    private static Attempt Decide(IReadOnlyList<PendingOrder> orders, Func<int, BookingOutcome> outcomeOf)
    {
        Complete(orders, outcomeOf);
        return new(Verdict.Decided);
    }

    private static void Complete(IReadOnlyList<PendingOrder> orders, Func<int, BookingOutcome> outcomeOf)
    {
        foreach (var (index, order) in orders.Index())
        {
            order.Complete(outcomeOf(index));
        }
    }

    private static void Fail(IReadOnlyList<PendingOrder> orders, Exception exception)
    {
        foreach (var order in orders)
        {
            order.Fail(exception);
        }
    }

    /// <summary>The result of one attempt.</summary>
    /// <param name="Verdict">How it ended.</param>
    /// <param name="Fault">The database's exception, if the orders may have to fail with it.</param>
    private readonly record struct Attempt(Verdict Verdict, Exception? Fault = null);
}
