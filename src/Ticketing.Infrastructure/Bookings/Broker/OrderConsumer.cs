using Microsoft.Extensions.Logging;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>
/// Consumes the stream of one event, or tries to become its consumer: for as long as orders of this replica wait for the event, and a while longer.
/// </summary>
/// <remarks>
/// While one batch is committed, the next is read, and gathers in the event's <see cref="BookingQueue"/>. Whatever goes wrong, there is one way to recover: take over again,
/// with another number, so that everything that is not answered is sent again.
/// </remarks>
internal sealed class OrderConsumer(
    OrderStream stream,
    BookingQueues queues,
    OrderStreams streams,
    BrokerDatabase database,
    IDatabaseErrors errors,
    BookingOptions options,
    TimeProvider clock,
    ILogger<OrderConsumer> logger,
    Action<OrderConsumer> retire,
    CancellationToken stopping)
{
    /// <summary>How often a replica asks for the lease while another has it.</summary>
    private static readonly TimeSpan _bid = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a consumer looks for orders without being told that there are some.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a consumer stays without orders: to take over costs a few milliseconds.</summary>
    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private int _waiting;
    private long _lastOrder;
    private bool _isRetired;
    private bool _isFailing;
    private long _number;

    /// <summary>The number of the event's consumer, on whatever replica, as far as it is known here.</summary>
    public long Number
    {
        get => Volatile.Read(ref _number);
        set => Volatile.Write(ref _number, value);
    }

    public OrderStream Stream => stream;

    /// <summary>Through it, the orders of this replica are added to the stream.</summary>
    public OrderOutbox Outbox { get; } = new(stream, streams, options.QueueCapacity);

    /// <summary>Starts with the first order, and ends when the consumer retires.</summary>
    public Task? Running { get; private set; }

    /// <summary>Announces an order of this replica.</summary>
    /// <returns>False if the queue is full; null if the consumer has retired, and the order needs a new one.</returns>
    public bool? TryJoin()
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                return null;
            }

            if (_waiting >= options.QueueCapacity)
            {
                return false;
            }

            _waiting++;
            Running ??= Detached.Run(RunAsync);
            return true;
        }
    }

    /// <summary>The order is answered.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _waiting--;
            _lastOrder = clock.GetTimestamp();
        }
    }

    private async Task RunAsync()
    {
        while (!IsDone())
        {
            try
            {
                await ConsumeAsync();
                _isFailing = false;
            }
            catch (Exception exception)
            {
                // Whatever it is: without a consumer, the event is not sold.
                if (!_isFailing)
                {
                    BookingLog.ConsumerFailed(logger, stream.EventId, exception.GetBaseException().Message);
                }

                _isFailing = true;
            }

            await Task.Delay(_bid, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether there is nothing to do any more; the consumer retires then.</summary>
    private bool IsDone()
    {
        lock (_lock)
        {
            _isRetired = stopping.IsCancellationRequested || (_waiting == 0 && clock.GetElapsedTime(_lastOrder) > _idle);
        }

        if (_isRetired)
        {
            retire(this);
        }

        return _isRetired;
    }

    private async Task ConsumeAsync()
    {
        if (await streams.TryLeaseAsync(stream) is not { } lease)
        {
            return;
        }

        try
        {
            await using var wake = await streams.ListenAsync(stream);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, lease.HandleLostToken);
            while (!end.IsCancellationRequested && await ConsumeFromNowOnAsync(wake, end.Token))
            {
                BookingLog.ConsumerReplaced(logger, stream.EventId);
            }

            await streams.DeleteIfEmptyAsync(stream);
        }
        finally
        {
            await lease.ReleaseAsync(stream.EventId, logger);
        }
    }

    /// <summary>Takes over, and consumes until there is nothing to do.</summary>
    /// <returns>True if another has taken over, or it is unknown whether a batch was committed: then this one takes over again.</returns>
    private async Task<bool> ConsumeFromNowOnAsync(OrderStreams.WakeCall wake, CancellationToken end)
    {
        var consumer = Random.Shared.NextInt64(BrokerDatabase.Nobody + 1, long.MaxValue);
        await database.TakeOverAsync(stream.EventId, consumer);
        Number = consumer;
        string? place = null;
        var lastOrder = clock.GetTimestamp();
        var isIdle = false;
        var answering = Task.FromResult(true);
        try
        {
            while (!end.IsCancellationRequested)
            {
                var entries = await streams.ReadAsync(stream, place, options.MaxBatchSize);
                if (entries.Count > 0)
                {
                    isIdle = false;
                    place = entries[^1].Id;
                    lastOrder = clock.GetTimestamp();
                    var batch = Enqueue(entries.Select(entry => entry.Order).OfType<QueuedOrder>(), consumer);
                    if (!await answering)
                    {
                        return true;
                    }

                    answering = AnswerAsync(consumer, place, batch);
                    continue;
                }

                if (!await answering)
                {
                    return true;
                }

                // Only an empty stream wakes its consumer. What was added while the last batch was answered is read first.
                if (isIdle)
                {
                    await wake.WaitAsync(_look, end);
                }

                isIdle = true;
                if (clock.GetElapsedTime(lastOrder) > _idle)
                {
                    return false;
                }
            }

            return !await answering;
        }
        finally
        {
            await ((Task)answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // one fault is enough
        }
    }

    private List<PendingQueuedOrder> Enqueue(IEnumerable<QueuedOrder> orders, long consumer)
    {
        var batch = new List<PendingQueuedOrder>();
        var latest = database.Now + TimeSpan.FromSeconds(options.PatienceSeconds); // the deadline of an order that is sent now
        foreach (var order in orders)
        {
            // Its buyer waits since it was sent, which may be a while ago: what comes while a batch waits for the event's row is read after it. What an earlier attempt may have
            // booked is decided under the lock, however late it is.
            var waited = latest > order.Deadline && !order.MayBeDecided ? latest - order.Deadline : TimeSpan.Zero;
            var pending = new PendingQueuedOrder(order, consumer, waited, clock) { Trace = order.Trace };
            batch.Add(pending);
            if (!pending.IsMisdirected && queues.TryEnqueue(stream.EventId, pending) is { } reason)
            {
                pending.Complete(reason == BusyReason.Stopping ? BookingOutcome.Unknown.Instance : new BookingOutcome.Busy(reason)); // unknown: the next consumer decides
            }
        }

        return batch;
    }

    /// <summary>Answers a batch when it is decided.</summary>
    /// <returns>False if a part of it was not.</returns>
    private async Task<bool> AnswerAsync(long consumer, string place, List<PendingQueuedOrder> batch)
    {
        var answers = new List<(string Sender, OrderAnswer Answer)>(batch.Count);
        foreach (var order in batch)
        {
            var outcome = order.IsMisdirected ? null : await OutcomeOf(order);
            if (outcome is not BookingOutcome.Unknown)
            {
                answers.Add((order.Queued.Sender, new(order.Queued.Number, outcome)));
            }
        }

        var isDecided = answers.Count == batch.Count;
        await streams.AnswerAsync(stream, isDecided ? place : null, answers
            .GroupBy(answer => answer.Sender, answer => answer.Answer)
            .Select(told => (told.Key, new OrderAnswers(stream.EventId, consumer, [.. told], batch[^1].Left))));
        return isDecided;
    }

    private async Task<BookingOutcome> OutcomeOf(PendingQueuedOrder order)
    {
        try
        {
            return await order.Answer;
        }
        catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
        {
            return new BookingOutcome.Busy(BusyReason.DatabaseLost); // nothing was booked
        }
    }
}
