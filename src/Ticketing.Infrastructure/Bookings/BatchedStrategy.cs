using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>batched</c>: group commit. A queue per event, whose only writer commits many bookings in one transaction and answers after the commit.
/// </summary>
/// <remarks>
/// <para>The path of an order: here → <see cref="BookingQueue"/> → <see cref="BatchWriter"/> → <see cref="BatchPlan"/> → <see cref="IBatchTransaction"/>.</para>
/// <para>What it prevents: buyers of one process are in one queue and never meet in the database. The writers of several replicas do:</para>
/// <code>
/// replica A's writer                                   replica B's writer
/// BEGIN; SELECT … FOR UPDATE → 120 left
///                                                      BEGIN; SELECT … FOR UPDATE          waits for A's lock
/// decides 100 orders in memory
/// INSERT 100 rows; UPDATE available - 100; COMMIT
/// answers 100 buyers                                   reads 20 left, decides its own orders
/// </code>
/// <para>
/// Why it is fast: one lock hand-over, two round trips and one flush serve all waiting orders, where a transaction per buyer needs them for
/// each. The batch grows with the load: under light load it is one order, and costs less than any other strategy. Replicas need no
/// coordination, because the row lock orders their batches. The lock order is always the event, then its bookings.
/// </para>
/// </remarks>
internal sealed class BatchedStrategy(BatchWriter writer, DatabaseCircuitBreaker breaker, IOptions<BookingOptions> options, TicketingMetrics metrics, TimeProvider clock)
    : IBookingStrategy, IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, BookingQueue> _queues = new();
    private volatile bool _isStopping;

    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        var pending = new PendingOrder(order, clock, cancellationToken);
        while (!_isStopping)
        {
            switch (_queues.GetOrAdd(order.EventId, Begin).TryEnqueue(pending))
            {
                case EnqueueResult.Accepted:
                    return breaker.Confirm(await pending.Answer);
                case EnqueueResult.Full:
                    return new BookingOutcome.Busy(BusyReason.QueueFull);
                case EnqueueResult.Retired:
                    continue;
            }
        }

        return new BookingOutcome.Busy(BusyReason.Stopping);
    }

    /// <summary>Stops accepting orders, and waits until all accepted ones are answered. Called at shutdown, after the last request.</summary>
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
