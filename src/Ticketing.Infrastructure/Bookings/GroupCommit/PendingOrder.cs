using System.Diagnostics;
using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>An order that waits for a batch, and the task of its outcome.</summary>
internal sealed class PendingOrder(BookTicketCommand order, TimeProvider clock, CancellationToken cancellationToken)
{
    // Asynchronously; otherwise the writer would run the rest of every request before the next batch.
    private readonly TaskCompletionSource<BookingOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly long _arrived = clock.GetTimestamp();

    public BookTicketCommand Order => order;

    /// <summary>Time since its arrival.</summary>
    public TimeSpan Waited => clock.GetElapsedTime(_arrived);

    /// <summary>The trace of its request, if there is one.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    public Task<BookingOutcome> Answer => _answer.Task;

    /// <summary>Whether the request was cancelled. Checked once, before the batch begins; after that the order is processed.</summary>
    public bool IsAbandoned()
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        _answer.TrySetCanceled(cancellationToken);
        return true;
    }

    public void Complete(BookingOutcome outcome) => _answer.TrySetResult(outcome);

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}
