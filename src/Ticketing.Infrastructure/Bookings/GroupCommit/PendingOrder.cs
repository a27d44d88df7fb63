using System.Diagnostics;
using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>An order that waits for a batch, and the promise of an answer to its buyer.</summary>
internal sealed class PendingOrder(BookTicketCommand order, TimeProvider clock, CancellationToken cancellationToken)
{
    // Asynchronously, or the writer would run the rest of every buyer's request before it gets to the next batch.
    private readonly TaskCompletionSource<BookingOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly long _arrived = clock.GetTimestamp();

    public BookTicketCommand Order => order;

    /// <summary>How long ago it came.</summary>
    public TimeSpan Waited => clock.GetElapsedTime(_arrived);

    /// <summary>The trace that it belongs to, where one is kept.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    public Task<BookingOutcome> Answer => _answer.Task;

    /// <summary>Whether the buyer has given up. Asked once, before the batch begins; from then on the order is carried out.</summary>
    public bool IsAbandoned()
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        _answer.TrySetCanceled(cancellationToken);
        return true;
    }

    public void Tell(BookingOutcome outcome) => _answer.TrySetResult(outcome);

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}
