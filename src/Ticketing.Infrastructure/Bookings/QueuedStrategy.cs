using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Bookings.Broker;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>queued</c>: a message queue in Redis. Every replica adds its orders to the stream of the event; one consumer over all replicas commits them in batches, and
/// answers after the commit.
/// </summary>
/// <remarks>
/// <para>
/// The path of an order: here → <see cref="OrderSender"/> → <see cref="OrderStreams"/> → <see cref="OrderConsumer"/> → the batches of <see cref="BatchedStrategy"/> → back
/// through the channel of its sender.
/// </para>
/// <para>
/// What it prevents: buyers of all replicas are in one queue, and one writer decides them in order of arrival. A lease in Redis makes one replica the consumer, and a
/// lease can expire under its holder. So every consumer first writes a number of its own into the event's row. It decides only orders that were sent to that number, and only
/// while the number is in the row, which is locked then:
/// </para>
/// <code>
/// consumer A                                Redis                       consumer B
/// takes the lease, consumer = 7
/// reads order X, sent to 7
/// …is paused for longer than the lease      the lease expires
///                                                                       takes the lease, consumer = 9
///                                                                       reads X, sent to 7: sends it back
///                                                                       reads X, sent to 9: sold out, answers
/// SELECT … FOR UPDATE → consumer is 9, not 7: books nothing, answers nothing
/// </code>
/// <para>
/// Without that number, A could sell a ticket that came back in the meantime to a buyer who was told "sold out". For the same reason, B does not decide what was sent to A:
/// A may have answered it, or a Redis that restarted may have forgotten that it was removed. Only the sender knows whether the buyer was answered, and then it does not
/// send the order again. An order that is decided twice books once, because every order has a key.
/// </para>
/// <para>
/// An order has a deadline by the database's clock, after which it is refused under the lock. A sender that has heard nothing by then looks the order up under the same
/// lock, and what it finds is final. If Redis fails, the sender does not wait for the deadline: it takes the row away from the consumer, and looks.
/// Sources: https://redis.io/docs/latest/develop/data-types/streams/, https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/
/// </para>
/// </remarks>
internal sealed class QueuedStrategy(OrderSender sender, DatabaseCircuitBreaker breaker) : IBookingStrategy
{
    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // once it is sent, it is processed
        return breaker.Confirm(await sender.SendAsync(order));
    }
}
