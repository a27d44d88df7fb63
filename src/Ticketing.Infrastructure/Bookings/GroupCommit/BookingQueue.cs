using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// The waiting requests of one event, and their only writer. While one batch is written, the next gathers, as large as the load
/// makes it. There is no timer, so a lone buyer does not wait.
/// </summary>
/// <remarks>
/// The writer runs only while there are orders. If there are none it retires the queue, so that events that are not on sale cost nothing; a
/// later order begins a new queue.
/// </remarks>
/// <param name="capacity">How many orders can wait.</param>
/// <param name="maxBatchSize">How many orders a batch can have.</param>
/// <param name="patience">How long an order can wait; after that its outcome is busy, even if a batch hangs.</param>
/// <param name="clock">Measures the patience.</param>
/// <param name="metrics">Counts waiting orders.</param>
/// <param name="write">Writes a batch, and answers its orders. Never throws.</param>
/// <param name="retire">Called when the queue has ended.</param>
internal sealed class BookingQueue(
    int capacity,
    int maxBatchSize,
    TimeSpan patience,
    TimeProvider clock,
    TicketingMetrics metrics,
    Func<List<Pending>, Task> write,
    Action<BookingQueue> retire)
{
    /// <summary>How often waiting orders are checked while a batch is being written.</summary>
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly Queue<Pending> _waiting = new();
    private bool _isRetired;

    /// <summary>Starts with the first order, and ends when the queue is retired.</summary>
    public Task? Writer { get; private set; }

    public EnqueueResult TryEnqueue(Pending request)
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                return EnqueueResult.Retired;
            }

            if (_waiting.Count >= capacity)
            {
                return EnqueueResult.Full;
            }

            _waiting.Enqueue(request);
            if (!request.IsCountedElsewhere)
            {
                metrics.OrderQueued();
            }

            Writer ??= Detached.Run(WriteUntilEmptyAsync);
            return EnqueueResult.Accepted;
        }
    }

    private async Task WriteUntilEmptyAsync()
    {
        while (TakeBatch() is { } batch)
        {
            var writing = write(batch);
            while (!await EndsWithinAsync(writing, _period))
            {
                RefuseOverdue();
            }
        }
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan time)
    {
        try
        {
            await task.WaitAsync(time, clock); // not WhenAny with a delay, whose timer would outlive the batch
            return true;
        }
        catch (TimeoutException)
        {
            return task.IsCompleted; // it may have ended at the last moment
        }
    }

    private void RefuseOverdue()
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out var order) && order.Waited >= patience)
            {
                Refuse(_waiting.Dequeue());
            }
        }
    }

    private void Refuse(Pending request)
    {
        Taken(request);
        request.Complete(new BookingOutcome.Busy(BusyReason.Contention));
    }

    private void Taken(Pending request)
    {
        if (!request.IsCountedElsewhere)
        {
            metrics.OrderTaken(request.Waited);
        }
    }

    /// <summary>The next batch; null if nobody waits, and the queue has ended.</summary>
    private List<Pending>? TakeBatch()
    {
        var batch = new List<Pending>(Math.Min(maxBatchSize, _waiting.Count));
        lock (_lock)
        {
            while (batch.Count < maxBatchSize && _waiting.TryDequeue(out var order))
            {
                if (order.Waited >= patience)
                {
                    Refuse(order);
                    continue;
                }

                Taken(order);
                if (!order.IsAbandoned())
                {
                    batch.Add(order);
                }
            }

            if (batch.Count > 0)
            {
                return batch;
            }

            _isRetired = true;
        }

        retire(this);
        return null;
    }
}

/// <summary>The result of adding an order to a queue.</summary>
internal enum EnqueueResult
{
    /// <summary>The order will be answered.</summary>
    Accepted,

    /// <summary>The queue is full.</summary>
    Full,

    /// <summary>The queue has ended; the order needs a new one.</summary>
    Retired,
}
