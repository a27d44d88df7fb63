using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>An order from a stream, which waits for a batch of its consumer.</summary>
/// <param name="queued">The order.</param>
/// <param name="consumer">The consumer's number.</param>
/// <param name="waited">How long its buyer has waited already.</param>
/// <param name="clock">Measures the waiting.</param>
internal sealed class PendingQueuedOrder(QueuedOrder queued, long consumer, TimeSpan waited, TimeProvider clock) : PendingOrder(queued.Order, clock, CancellationToken.None, waited)
{
    public QueuedOrder Queued => queued;

    /// <summary>Whether it was sent to another consumer.</summary>
    public bool IsMisdirected => queued.Consumer != consumer;

    /// <summary>The stock that its batch has left behind.</summary>
    public Stock? Left { get; private set; }

    public override bool IsCountedElsewhere => true;

    public override string? KeyToLookUp => queued.MayBeBooked ? base.KeyToLookUp : null;

    /// <summary>Unknown, if another consumer has taken over: that one decides. Otherwise busy, if it is too late.</summary>
    public override BookingOutcome? RefusalUnder(BatchStart start) =>
        start.Consumer != consumer ? BookingOutcome.Unknown.Instance
        : start.Now >= queued.Deadline ? new BookingOutcome.Busy(BusyReason.Contention)
        : null;

    public override void Complete(BookingOutcome outcome, Stock? left = null)
    {
        Left = left;
        base.Complete(outcome, left);
    }
}
