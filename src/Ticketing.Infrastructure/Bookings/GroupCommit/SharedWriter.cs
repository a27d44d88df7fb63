using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Bookings.Races;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Writes the batches of several events in one transaction, which has one flush and two round trips for all of them. Whatever is not simple is left to
/// <see cref="BatchWriter"/>, batch by batch: so is a batch that comes alone, and everything after a failure.
/// </summary>
/// <remarks>
/// Self-clocked, as the queue of an event is: while one transaction is written, further batches gather. It takes only rows of events that are free (SKIP LOCKED), so an event that
/// is stuck delays no other. Only the unique index of the keys can make it wait, and that rarely: for another replica that books with the same key at the same moment.
/// </remarks>
internal sealed class SharedWriter(
    IBatchDatabase database,
    BatchWriter writer,
    CommitLookup lookup,
    IDatabaseErrors errors,
    Deadline deadline,
    LatestStock latest,
    ReadOnlyMode mode,
    RaceRecorder recorder,
    IOptions<BookingOptions> options,
    TicketingMetrics metrics,
    TimeProvider clock)
{
    /// <summary>More orders are not in one transaction: its text has a maximum length.</summary>
    private const int MaxOrders = 5000;

    /// <summary>A transaction that takes longer is stuck, and the next need not wait for it.</summary>
    private static readonly TimeSpan _turn = TimeSpan.FromMilliseconds(50);

    /// <summary>How many events are looked up at once after a COMMIT whose outcome is not known.</summary>
    private const int MaxLookUps = 8;

    private readonly Lock _lock = new();
    private readonly List<Batch> _gathered = [];
    private bool _isWriting;

    /// <summary>Processes the orders of an event. Never throws: exceptions go to the waiting requests.</summary>
    public Task WriteAsync(int eventId, IReadOnlyList<Pending> orders)
    {
        if (!CanShare(eventId, orders))
        {
            return writer.WriteAsync(eventId, orders);
        }

        var batch = new Batch(eventId, orders);
        lock (_lock)
        {
            _gathered.Add(batch);
            if (_isWriting)
            {
                return batch.Written;
            }

            _isWriting = true;
        }

        _ = TakeTurnsAsync();
        return batch.Written;
    }

    /// <summary>
    /// Whether a batch is simple enough: it gives nothing back, and has no limit per user, for which more is read. Its oldest order must have time left, because the
    /// others in the transaction have no more than it.
    /// </summary>
    private bool CanShare(int eventId, IReadOnlyList<Pending> orders) =>
        database.CanShareTransactions
        && latest.Find(eventId)?.Rules.MaxPerUser is null
        && Pending.WaitedBy(orders) < options.Value.OrderTimeLimit / 2
        && orders.All(order => order is PendingOrder);

    private async Task TakeTurnsAsync()
    {
        while (TakeGathered() is { } batches)
        {
            try
            {
                await (batches is [var only] ? WriteAloneAsync(only) : WriteTogetherAsync(batches)).WaitAsync(_turn, clock);
            }
            catch (TimeoutException)
            {
                // It goes on.
            }
        }
    }

    private List<Batch>? TakeGathered()
    {
        lock (_lock)
        {
            if (_gathered.Count == 0)
            {
                _isWriting = false;
                return null;
            }

            var orders = 0;
            var batches = _gathered.TakeWhile((batch, index) => (orders += batch.Orders.Count) <= MaxOrders || index == 0).ToList();
            _gathered.RemoveRange(0, batches.Count);
            return batches;
        }
    }

    private async Task WriteAloneAsync(Batch batch)
    {
        try
        {
            await writer.WriteAsync(batch.EventId, batch.Orders);
        }
        finally
        {
            batch.IsWritten();
        }
    }

    private async Task WriteTogetherAsync(List<Batch> batches)
    {
        List<Pending> orders = [.. batches.SelectMany(batch => batch.Orders)];
        var limit = deadline.Set(options.Value.OrderTimeLimit - batches.Max(batch => Pending.WaitedBy(batch.Orders)));
        IReadOnlyList<Batch> rest = [];
        try
        {
            rest = await TryAsync(batches).WaitAsync(limit.Length + BookingOptions.Grace);
        }
        catch (TimeoutException)
        {
            BatchWriter.TimeIsOver(orders, limit);
        }
        catch (Exception) when (!limit.MayBeCommitted)
        {
            rest = batches; // the one that is to blame fails alone
        }
        catch (Exception exception)
        {
            BatchWriter.Fail(orders, exception);
        }

        foreach (var batch in batches.Except(rest))
        {
            batch.IsWritten();
        }

        foreach (var batch in rest)
        {
            _ = WriteAloneAsync(batch); // it may wait for its row
        }
    }

    /// <returns>The batches that are to be written alone: nothing of them is booked.</returns>
    private async Task<IReadOnlyList<Batch>> TryAsync(List<Batch> batches)
    {
        List<(Batch Batch, BatchPlan Plan)> planned = [];
        List<(Batch Batch, BatchPlan Plan)> written = [];
        DateTime? sentAt = null;
        var isDecided = false;
        var began = clock.GetTimestamp();
        try
        {
            using var activity = TicketingTracing.StartLinked("write batches", batches.SelectMany(batch => batch.Orders).Select(order => order.Trace));
            await using var transaction = await database.OpenAsync();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            List<Batch> distinct = [.. batches.Where(batch => batch.Keys.Count == 0 || !keys.Overlaps(batch.Keys) && batch.Keys.All(keys.Add))]; // a key books for one event
            var starts = await transaction.LockFreeAsync([.. distinct.Select(batch => batch.EventId)], keys);
            foreach (var batch in distinct)
            {
                // With a limit per user, and with a shortage while tickets are held, more must be read.
                if (starts.TryGetValue(batch.EventId, out var start)
                    && start.Stock.Rules.MaxPerUser is null
                    && new BatchPlan(batch.EventId, batch.Own(start), batch.Orders, mode.IsOn) is var plan
                    && (!plan.HasShortage || start.Stock.Held == 0))
                {
                    planned.Add((batch, plan));
                }
            }

            written.AddRange(planned.Where(pair => !pair.Plan.IsEmpty));
            IReadOnlyList<long> ids = [];
            if (written.Count > 0)
            {
                sentAt = lookup.NextTimestamp(written[0].Plan.Now);
                deadline.Committing();
                ids = await transaction.CommitAsync([.. written.Select(pair => pair.Plan)], sentAt.Value);
                metrics.BatchCommitted(planned.Sum(pair => pair.Batch.Orders.Count), clock.GetElapsedTime(began));
            }

            var used = 0;
            foreach (var (batch, plan) in planned)
            {
                recorder.BatchWritten(batch.EventId, batch.Orders.OfType<PendingOrder>().Select(order => order.Order), clock.GetElapsedTime(began));
                writer.Answer(batch.Orders, plan, [.. ids.Skip(used).Take(plan.ToInsert.Count)]);
                used += plan.ToInsert.Count;
            }

            isDecided = true;
        }
        catch (Exception) when (isDecided)
        {
            // Whatever happens to the connection now, the orders are decided.
        }
        catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
        {
            if (sentAt is not { } timestamp || exception is DeadlineExceededException || !errors.MayBeCommitted(exception))
            {
                deadline.NotCommitted();
                return batches;
            }

            // All of them have the same outcome. If the first was rolled back, so were the others.
            var decided = new ConcurrentBag<Batch>();
            if (await ResolveAsync(written[0]))
            {
                await Parallel.ForEachAsync(written.Skip(1), new ParallelOptions { MaxDegreeOfParallelism = MaxLookUps }, async (pair, _) => await ResolveAsync(pair));
            }

            return [.. batches.Except(decided)];

            async Task<bool> ResolveAsync((Batch Batch, BatchPlan Plan) pair)
            {
                if (!await writer.ResolveAsync(pair.Batch.Orders, pair.Plan, timestamp, exception))
                {
                    return false;
                }

                decided.Add(pair.Batch);
                pair.Batch.IsWritten();
                return true;
            }
        }

        return [.. batches.Except(planned.Select(pair => pair.Batch))];
    }

    /// <summary>A batch of one event.</summary>
    private sealed class Batch(int eventId, IReadOnlyList<Pending> orders)
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private HashSet<string>? _keys;

        public int EventId => eventId;

        public IReadOnlyList<Pending> Orders => orders;

        /// <summary>The keys with which bookings may exist.</summary>
        public IReadOnlySet<string> Keys => _keys ??= orders.Select(order => ((PendingOrder)order).KeyToLookUp).OfType<string>().ToHashSet(StringComparer.Ordinal);

        /// <summary>What was read, without the bookings of other batches.</summary>
        public BatchStart Own(BatchStart start) => start.Bookings.Count == 0 ? start
            : start with { Bookings = start.Bookings.Where(booking => Keys.Contains(booking.Value.IdempotencyKey!)).ToDictionary() };

        /// <summary>Ends when all its orders are answered.</summary>
        public Task Written => _written.Task;

        public void IsWritten() => _written.TrySetResult();
    }
}
