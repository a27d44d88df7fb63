using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Races;
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
/// 1  begin, lock the event's row, then read the stock, the bookings of the batch's keys and ids,
///    what its users have if there is a limit, and the holds that are due if there are any          one round trip
/// 2  decide in memory: first what gives tickets back, then every order, in the order of arrival
/// 3  insert and update the bookings, change the stock by the sum of it all, COMMIT                 one round trip
/// 4  answer everybody
/// </code>
/// <para>What can go wrong, and what follows:</para>
/// <list type="bullet">
/// <item>Contention (deadlock 1213, lock wait timeout 1205, write conflict 1020; SQLite: busy 5): rolled back, tried again, after that "busy".</item>
/// <item>Another replica or another event's queue has used a key since step 1 (1062): rolled back and tried again; the next attempt finds it.</item>
/// <item>The database refuses to insert the batch for any other reason: the batch is split in half until only the bad order fails.</item>
/// <item>The connection is lost before COMMIT was sent: nothing has happened, so the batch is tried once more, and then fails.</item>
/// <item>The connection is lost at COMMIT, or what it was to commit is not there: <see cref="CommitLookup"/> finds out what became of the batch.</item>
/// </list>
/// </remarks>
internal sealed class BatchWriter(
    IBatchDatabase database,
    CommitLookup lookup,
    IDatabaseErrors errors,
    Deadline deadline,
    DatabaseCircuitBreaker breaker,
    LatestStock latest,
    ReadOnlyMode mode,
    RaceRecorder recorder,
    IOptions<BookingOptions> options,
    TicketingMetrics metrics,
    TimeProvider clock,
    ILogger<BatchWriter> logger)
{
    private const int MaxReconnects = 1;

    /// <summary>How many holds a batch expires, if it has not more orders that want their tickets.</summary>
    private const int MinDue = 1000;

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
    public async Task WriteAsync(int eventId, IReadOnlyList<Pending> orders)
    {
        var limit = deadline.Set(options.Value.OrderTimeLimit - Pending.WaitedBy(orders)); // the first has waited longest
        try
        {
            // In real time: what hangs, in spite of every timeout of the driver, is outside this process.
            await WriteUntilDecidedAsync(eventId, orders).WaitAsync(limit.Length + BookingOptions.Grace);
        }
        catch (TimeoutException)
        {
            TimeIsOver(orders, limit);
        }
        catch (Exception exception)
        {
            Fail(orders, exception);
        }
    }

    private async Task WriteUntilDecidedAsync(int eventId, IReadOnlyList<Pending> orders)
    {
        var patience = TimeSpan.FromSeconds(options.Value.PatienceSeconds);
        var reconnects = 0;
        for (var tries = 1; ; tries++)
        {
            var attempt = await TryAsync(eventId, orders, patience - Pending.WaitedBy(orders));
            var isLast = tries >= options.Value.MaxAttempts || patience - Pending.WaitedBy(orders) < _shortestLockWait;
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

    private async Task<Attempt> TryAsync(int eventId, IReadOnlyList<Pending> orders, TimeSpan patience)
    {
        BatchPlan? plan = null;
        DateTime? sentAt = null;
        Attempt? decided = null;
        var began = clock.GetTimestamp();
        try
        {
            using var activity = TicketingTracing.StartLinked("write batch", orders.Select(order => order.Trace));
            await using var transaction = await database.OpenAsync();
            plan = await PlanAsync(transaction, eventId, orders, patience);
            if (plan is null)
            {
                decided = Decide(orders, _ => BookingOutcome.EventNotFound.Instance);
            }
            else if (plan.IsEmpty)
            {
                latest.Saw(eventId, plan.Left);
                Record();
                decided = Decide(orders, index => plan.OutcomeOf(index, []), plan.Left);
            }
            else
            {
                sentAt = lookup.NextTimestamp(plan.Now);
                deadline.Committing();
                var ids = await transaction.CommitAsync([plan], sentAt.Value);
                Record();
                decided = Committed(eventId, orders, plan, ids);
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
                _ when sentAt is { } timestamp && errors.MayBeCommitted(exception) => await AfterLostCommitAsync(eventId, orders, plan!, timestamp, exception),
                DatabaseFault.Unavailable => new(Verdict.Unreachable, Fault: exception),
                DatabaseFault.Contention => RolledBack(),
                DatabaseFault.DuplicateKey => new(Verdict.KeyTaken, Fault: exception),
                _ => new(Verdict.Refused, Fault: exception),
            };
        }

        return decided.Value;

        void Record() => recorder.BatchWritten(eventId, orders.OfType<PendingOrder>().Select(order => order.Order), clock.GetElapsedTime(began));
    }

    /// <summary>
    /// Locks the event's row, reads what the batch needs, and decides it. What it needs beside its keys and ids depends on the stock, so it reads what the newest
    /// known stock makes likely; what is missing then is read in another round trip, under the same lock.
    /// </summary>
    /// <returns>Null if the event does not exist.</returns>
    private async Task<BatchPlan?> PlanAsync(IBatchTransaction transaction, int eventId, IReadOnlyList<Pending> orders, TimeSpan patience)
    {
        var known = latest.Find(eventId);
        var reads = new BatchReads(
            [.. orders.OfType<PendingOrder>().Select(order => order.KeyToLookUp).OfType<string>().Distinct()],
            [.. orders.OfType<PendingChange>().Select(change => change.Change.BookingId).Distinct()],
            known?.Rules.MaxPerUser is null ? [] : UsersOf(orders),
            known?.Held > 0 || orders.Any(order => order is PendingExpiry) ? MaxDueOf(orders) : 0);
        if (await transaction.LockAsync(eventId, reads, patience) is not { } start)
        {
            return null;
        }

        var plan = new BatchPlan(eventId, start, orders, mode.IsOn);
        var lacksUsers = start.Stock.Rules.MaxPerUser is not null && reads.Users.Count == 0 && orders.Any(order => order is PendingOrder);
        var lacksDue = plan.HasShortage && start.Stock.Held > 0 && reads.MaxDue == 0;
        if (!lacksUsers && !lacksDue)
        {
            return plan;
        }

        var everything = reads with { Users = UsersOf(orders), MaxDue = MaxDueOf(orders) };
        return await transaction.LockAsync(eventId, everything, patience) is { } more ? new BatchPlan(eventId, more, orders, mode.IsOn) : null;
    }

    private static IReadOnlyCollection<int> UsersOf(IReadOnlyList<Pending> orders) =>
        [.. orders.OfType<PendingOrder>().Select(order => order.Order.UserId).Distinct()];

    /// <summary>Each returns a ticket at least: if so many are due, no order is refused.</summary>
    private static int MaxDueOf(IReadOnlyList<Pending> orders) => Math.Max(MinDue, orders.OfType<PendingOrder>().Sum(order => order.Order.Quantity));

    private async Task<Attempt> AfterLostCommitAsync(int eventId, IReadOnlyList<Pending> orders, BatchPlan plan, DateTime timestamp, Exception exception)
    {
        BookingLog.BatchLostAtCommit(logger, plan.ToInsert.Count, eventId, exception.GetBaseException().Message);
        switch (await lookup.FindAsync(eventId, plan, timestamp))
        {
            case { IsCommitted: false }:
                return RolledBack();

            case { IsCommitted: true, Ids: var ids }:
                return Committed(eventId, orders, plan, ids);

            default:
                BookingLog.BatchOutcomeUnknown(logger, plan.ToInsert.Count, eventId);
                return Decide(orders, index => plan.CertainOutcomeOf(index) ?? UncertainOutcome(plan.IsWritten(index)));
        }
    }

    private Attempt RolledBack()
    {
        deadline.NotCommitted();
        return new(Verdict.RolledBack);
    }

    private static BookingOutcome UncertainOutcome(bool isWritten) =>
        isWritten ? BookingOutcome.Unknown.Instance : new BookingOutcome.Busy(BusyReason.DatabaseLost);

    /// <summary>Answers a batch that was part of a transaction of several, and is committed, or had nothing to write.</summary>
    /// <param name="orders">Its orders.</param>
    /// <param name="plan">What was decided.</param>
    /// <param name="ids">The ids of its new bookings.</param>
    public void Answer(IReadOnlyList<Pending> orders, BatchPlan plan, IReadOnlyList<long> ids) => Committed(plan.EventId, orders, plan, ids);

    /// <summary>Finds out what became of a batch that was part of such a transaction, whose COMMIT failed, and answers it.</summary>
    /// <returns>False if it was rolled back, and is to be written again.</returns>
    public async Task<bool> ResolveAsync(IReadOnlyList<Pending> orders, BatchPlan plan, DateTime timestamp, Exception exception) =>
        (await AfterLostCommitAsync(plan.EventId, orders, plan, timestamp, exception)).Verdict == Verdict.Decided;

    private Attempt Committed(int eventId, IReadOnlyList<Pending> orders, BatchPlan plan, IReadOnlyList<long> ids)
    {
        latest.Saw(eventId, plan.Left);
        var decided = Decide(orders, index => plan.OutcomeOf(index, ids), plan.Left);
        foreach (var status in plan.Transitions)
        {
            metrics.BookingChanged(status);
        }

        foreach (var lag in plan.Lags)
        {
            metrics.HoldExpired(lag);
        }

        return decided;
    }

    /// <summary>Answers at once: no buyer waits for what becomes of the connection.</summary>
    private static Attempt Decide(IReadOnlyList<Pending> orders, Func<int, BookingOutcome> outcomeOf, Stock? left = null)
    {
        Complete(orders, outcomeOf, left);
        return new(Verdict.Decided);
    }

    private static void Complete(IReadOnlyList<Pending> orders, Func<int, BookingOutcome> outcomeOf, Stock? left = null)
    {
        foreach (var (index, order) in orders.Index())
        {
            order.Complete(outcomeOf(index), left);
        }
    }

    /// <summary>Answers orders whose transaction has not ended within its limit. It sends nothing any more, except ROLLBACK.</summary>
    public static void TimeIsOver(IReadOnlyList<Pending> orders, Deadline.OrderDeadline limit) =>
        Complete(orders, _ => limit.MayBeCommitted ? BookingOutcome.Unknown.Instance : new BookingOutcome.Busy(BusyReason.Contention));

    public static void Fail(IReadOnlyList<Pending> orders, Exception exception)
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
