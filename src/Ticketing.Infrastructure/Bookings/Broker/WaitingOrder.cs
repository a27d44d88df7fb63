using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>An order that waits for its answer.</summary>
internal sealed class WaitingOrder(OrderConsumer consumer, QueuedOrder order, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<BookingOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _since = clock.GetTimestamp();
    private volatile QueuedOrder _order = order;
    private volatile bool _mayBeLost;

    /// <summary>That of its event, on this replica.</summary>
    public OrderConsumer Consumer => consumer;

    /// <summary>Its present attempt.</summary>
    public QueuedOrder Order => _order;

    /// <summary>Whether it, or its answer, may have been lost with Redis.</summary>
    public bool MayBeLost
    {
        get => _mayBeLost;
        set => _mayBeLost = value;
    }

    public TimeSpan Waited => clock.GetElapsedTime(_since);

    public Task<BookingOutcome> Answer => _answer.Task;

    /// <summary>
    /// Answers it, if nobody has, and if this is still the number of its attempt. The booking that its key has made is its own where there was an attempt whose answer is
    /// not known, or where nobody else has the key; the buyer is not told of a repetition then.
    /// </summary>
    public void Complete(BookingOutcome outcome, long number, bool wasLookedUp = false)
    {
        lock (_lock)
        {
            if (_order.Number == number && outcome is BookingOutcome.Busy && !wasLookedUp && _order.MayBeDecided)
            {
                _mayBeLost = true; // this attempt has booked nothing, but an earlier one may have
            }
            else if (_order.Number == number)
            {
                _answer.TrySetResult(outcome is BookingOutcome.Taken { Replayed: true } taken && (wasLookedUp || _order.MayBeDecided || _order.HasInternalKey)
                    ? taken with { Replayed = false }
                    : outcome);
            }
        }
    }

    /// <summary>The next attempt; null if it is answered.</summary>
    public QueuedOrder? TryRepeat(long number)
    {
        lock (_lock)
        {
            if (_answer.Task.IsCompleted)
            {
                return null;
            }

            _mayBeLost = false;
            return _order = _order with { Number = number, Consumer = consumer.Number, MayBeDecided = _order.CanBeDecided };
        }
    }
}
