using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Bookings.Transactions;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>The queues of all events: <c>batched</c> takes tickets through them, and all strategies give tickets back through them.</summary>
internal sealed class BookingQueues(SharedWriter writer, IOptions<BookingOptions> options, TicketingMetrics metrics, TimeProvider clock) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, BookingQueue> _queues = new();
    private volatile bool _isStopping;

    /// <summary>Adds a request to the queue of its event, which will answer it.</summary>
    /// <returns>Null; otherwise why it was not accepted.</returns>
    public BusyReason? TryEnqueue(int eventId, Pending request)
    {
        while (!_isStopping)
        {
            switch (_queues.GetOrAdd(eventId, Begin).TryEnqueue(request))
            {
                case EnqueueResult.Accepted:
                    return null;
                case EnqueueResult.Full:
                    return BusyReason.QueueFull;
                case EnqueueResult.Retired:
                    continue;
            }
        }

        return BusyReason.Stopping;
    }

    /// <summary>Stops accepting requests, and waits until all accepted ones are answered. Called at shutdown, after the last request.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await Task.WhenAll(_queues.Values.Select(queue => queue.Writer ?? Task.CompletedTask));
    }

    private BookingQueue Begin(int eventId) => new(
        options.Value.QueueCapacity,
        options.Value.MaxBatchSize,
        TimeSpan.FromSeconds(options.Value.PatienceSeconds),
        clock,
        metrics,
        batch => writer.WriteAsync(eventId, batch),
        queue => _queues.TryRemove(KeyValuePair.Create(eventId, queue)));
}
