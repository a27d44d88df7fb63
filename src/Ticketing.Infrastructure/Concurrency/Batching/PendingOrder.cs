using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Infrastructure.Concurrency.Batching;

/// <summary>An order that waits for a batch, and the promise of an answer to its buyer.</summary>
internal sealed class PendingOrder(BookTicketCommand order, CancellationToken cancellationToken)
{
    // Asynchronously, or the writer would run the rest of every buyer's request before it gets to the next batch.
    private readonly TaskCompletionSource<BookingOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BookTicketCommand Order => order;

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
