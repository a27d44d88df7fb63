using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>batched</c>: group commit. A queue per event, whose only writer commits many bookings in one transaction and answers after the commit.
/// </summary>
/// <remarks>
/// <para>
/// The path of an order: here → <see cref="BookingQueues"/> → <see cref="BookingQueue"/> → <see cref="SharedWriter"/> (several events at once) → <see cref="BatchWriter"/> → <see cref="BatchPlan"/> → <see cref="IBatchTransaction"/>.
/// </para>
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
/// coordination, because the row lock orders their batches. The lock order is always the event, then its bookings. Tickets that are given back come first,
/// so they reach the buyers in the same batch.
/// </para>
/// </remarks>
internal sealed class BatchedStrategy(BookingQueues queues, DatabaseCircuitBreaker breaker, TimeProvider clock) : IBookingStrategy
{
    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        var pending = new PendingOrder(order, clock, cancellationToken);
        return queues.TryEnqueue(order.EventId, pending) is { } reason ? new BookingOutcome.Busy(reason) : breaker.Confirm(await pending.Answer);
    }
}
