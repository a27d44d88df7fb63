using System.Diagnostics;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>A request that waits for a batch: an order, a change of a booking, or the expiry of holds.</summary>
/// <param name="clock">Measures the waiting.</param>
/// <param name="cancellationToken">Cancels the waiting.</param>
/// <param name="waitedBefore">How long it has waited elsewhere already.</param>
internal abstract class Pending(TimeProvider clock, CancellationToken cancellationToken, TimeSpan waitedBefore = default)
{
    private readonly long _arrived = clock.GetTimestamp();

    /// <summary>Time that it has waited.</summary>
    public TimeSpan Waited => waitedBefore + clock.GetElapsedTime(_arrived);

    /// <summary>
    /// How long a batch has waited. The first of its requests came first; but from a stream, old orders come again with new ones, and must not cost those their patience: what
    /// is too late is refused under the lock.
    /// </summary>
    public static TimeSpan WaitedBy(IReadOnlyList<Pending> requests) =>
        requests.Any(request => request.IsCountedElsewhere) ? requests.Min(request => request.Waited) : requests[0].Waited;

    /// <summary>Whether the replica that it comes from counts it as waiting.</summary>
    public virtual bool IsCountedElsewhere => false;

    /// <summary>The trace of its request, if there is one.</summary>
    public ActivityContext Trace { get; init; } = Activity.Current?.Context ?? default;

    /// <summary>Whether the request was cancelled. Checked once, before the batch begins; after that it is processed.</summary>
    public bool IsAbandoned()
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        Cancel(cancellationToken);
        return true;
    }

    /// <summary>Answers the request.</summary>
    /// <param name="outcome">What became of it; of no importance for an expiry.</param>
    /// <param name="left">The stock that its batch has left behind; null if the batch was not decided.</param>
    public abstract void Complete(BookingOutcome outcome, Stock? left = null);

    public abstract void Fail(Exception exception);

    protected abstract void Cancel(CancellationToken token);
}

/// <summary>The task that answers a waiting request.</summary>
internal abstract class Pending<TAnswer>(TimeProvider clock, CancellationToken cancellationToken, TimeSpan waitedBefore = default)
    : Pending(clock, cancellationToken, waitedBefore)
{
    // Asynchronously; otherwise the writer would run the rest of every request before the next batch.
    private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TAnswer> Answer => _answer.Task;

    public override void Fail(Exception exception) => _answer.TrySetException(exception);

    protected override void Cancel(CancellationToken token) => _answer.TrySetCanceled(token);

    protected void Complete(TAnswer answer) => _answer.TrySetResult(answer);
}

/// <summary>An order, which takes tickets.</summary>
internal class PendingOrder(BookTicketCommand order, TimeProvider clock, CancellationToken cancellationToken, TimeSpan waitedBefore = default)
    : Pending<BookingOutcome>(clock, cancellationToken, waitedBefore)
{
    public BookTicketCommand Order => order;

    /// <summary>Its key, if a booking may have it.</summary>
    public virtual string? KeyToLookUp => order.IdempotencyKey;

    /// <summary>Why it is not decided, whatever the stock; null if it is.</summary>
    /// <param name="start">What was read under the lock.</param>
    public virtual BookingOutcome? RefusalUnder(BatchStart start) => null;

    public override void Complete(BookingOutcome outcome, Stock? left = null) => Complete(outcome);
}

/// <summary>A change of a booking.</summary>
/// <param name="change">The change.</param>
/// <param name="maxHoldSeconds">For how long the event lets tickets be held, in seconds.</param>
/// <param name="clock">Measures the waiting.</param>
/// <param name="cancellationToken">Cancels the waiting.</param>
internal sealed class PendingChange(ChangeBookingCommand change, int maxHoldSeconds, TimeProvider clock, CancellationToken cancellationToken)
    : Pending<BookingOutcome>(clock, cancellationToken)
{
    public ChangeBookingCommand Change => change;

    public int MaxHoldSeconds => maxHoldSeconds;

    public override void Complete(BookingOutcome outcome, Stock? left = null) => Complete(outcome);
}

/// <summary>Expires the holds of the event that are due, and answers with the stock that is left then; null if that could not be done.</summary>
internal sealed class PendingExpiry(TimeProvider clock, CancellationToken cancellationToken) : Pending<Stock?>(clock, cancellationToken)
{
    public override void Complete(BookingOutcome outcome, Stock? left = null) => Complete(left);
}
