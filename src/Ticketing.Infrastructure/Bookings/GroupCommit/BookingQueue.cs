using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// The waiting orders of one event, and their only writer. Self-clocked: while one batch is written, the next gathers, as large as the load
/// makes it. There is no timer, so a lone buyer does not wait.
/// </summary>
/// <remarks>
/// The writer runs only while there are orders. If there are none it retires the queue, so that events that are not on sale cost nothing; a
/// later order begins a new queue.
/// </remarks>
internal sealed class BookingQueue(
    int capacity, int maxBatchSize, TicketingMetrics metrics, Func<List<PendingOrder>, Task> write, Action<BookingQueue> retire)
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingOrder> _waiting = new();
    private bool _isRetired;

    /// <summary>Starts with the first order, and ends when the queue is retired.</summary>
    public Task? Writer { get; private set; }

    public EnqueueResult TryEnqueue(PendingOrder order)
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

            _waiting.Enqueue(order);
            metrics.OrderQueued();
            Writer ??= StartWriter();
            return EnqueueResult.Accepted;
        }
    }

    private Task StartWriter()
    {
        // The writer serves all buyers, and must not capture the context of the first request.
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(WriteUntilEmptyAsync);
        }
    }

    private async Task WriteUntilEmptyAsync()
    {
        var batch = new List<PendingOrder>();
        while (TakeBatch(batch))
        {
            await write(batch);
            batch.Clear();
        }
    }

    private bool TakeBatch(List<PendingOrder> batch)
    {
        lock (_lock)
        {
            while (batch.Count < maxBatchSize && _waiting.TryDequeue(out var order))
            {
                metrics.OrderTaken(order.Waited);
                if (!order.IsAbandoned())
                {
                    batch.Add(order);
                }
            }

            if (batch.Count > 0)
            {
                return true;
            }

            _isRetired = true;
        }

        retire(this);
        return false;
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
