using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// The orders that wait for one event, and their one writer. Self-clocked: while a batch is written the next one gathers, as large as the
/// load makes it. No timer, so a lone buyer waits for nothing.
/// </summary>
/// <remarks>
/// The writer runs only while there are orders. When it finds none it retires the queue, so that events which are no longer sold cost nothing;
/// a later order begins a new one.
/// </remarks>
internal sealed class BookingQueue(
    int capacity, int maxBatchSize, TicketingMetrics metrics, Func<List<PendingOrder>, Task> write, Action<BookingQueue> retire)
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingOrder> _waiting = new();
    private bool _isRetired;

    /// <summary>Begins with the first order, and ends when the queue is retired.</summary>
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
        // The writer works for all buyers, and must not carry the first one's request along in its context.
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

/// <summary>What became of an attempt to join a queue.</summary>
internal enum EnqueueResult
{
    /// <summary>It will be answered.</summary>
    Accepted,

    /// <summary>Too many wait already.</summary>
    Full,

    /// <summary>The queue has ended; a new one has to be made.</summary>
    Retired,
}
