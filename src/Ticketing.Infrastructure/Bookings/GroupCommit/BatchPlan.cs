using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Decides a batch in memory, in order of arrival, while the event's row is locked. If the batch books anything, all its outcomes, refusals included, are
/// valid only after COMMIT, because later orders are decided against a stock from which earlier ones have taken.
/// </summary>
internal sealed class BatchPlan
{
    /// <summary>For each order: its outcome, or null and the index of the booking that it waits for.</summary>
    private readonly (BookingOutcome? Outcome, int InsertIndex, bool IsRepetition)[] _decisions;

    private readonly List<BookTicketCommand> _toInsert = [];

    /// <param name="available">The stock, read under the lock.</param>
    /// <param name="earlier">Existing bookings with keys of this batch.</param>
    /// <param name="orders">The orders, in order of arrival.</param>
    public BatchPlan(int available, IReadOnlyDictionary<string, Booking> earlier, IReadOnlyList<PendingOrder> orders)
    {
        _decisions = new (BookingOutcome?, int, bool)[orders.Count];
        Dictionary<string, int>? keys = null;
        for (var i = 0; i < orders.Count; i++)
        {
            var order = orders[i].Order;
            _decisions[i] = Repetition(order, earlier, keys) ?? Decide(order, available - Taken);
            if (_decisions[i] is { Outcome: null, IsRepetition: false } && order.IdempotencyKey is { } key)
            {
                (keys ??= new(StringComparer.Ordinal))[key] = _toInsert.Count - 1;
            }
        }
    }

    /// <summary>The orders to book, in order of arrival.</summary>
    public IReadOnlyList<BookTicketCommand> ToInsert => _toInsert;

    /// <summary>The number of tickets of these orders.</summary>
    public int Taken { get; private set; }

    /// <summary>The outcome of the order at <paramref name="index"/>, once the batch has committed.</summary>
    /// <param name="index">Its index in the batch.</param>
    /// <param name="ids">The ids of <see cref="ToInsert"/>, in the same order.</param>
    public BookingOutcome OutcomeOf(int index, IReadOnlyList<long> ids)
    {
        var (outcome, insertIndex, isRepetition) = _decisions[index];
        return outcome ?? new BookingOutcome.Booked(ids[insertIndex], isRepetition);
    }

    /// <summary>
    /// The outcome if it does not depend on the transaction: a booking made before it. Null for all other orders.
    /// </summary>
    public BookingOutcome? CertainOutcomeOf(int index) => _decisions[index].Outcome switch
    {
        BookingOutcome.Booked earlier => earlier,
        _ => null,
    };

    /// <summary>Whether the order at <paramref name="index"/> waits for a booking of this batch.</summary>
    public bool IsBookedInThisBatch(int index) => _decisions[index].Outcome is null;

    private (BookingOutcome?, int, bool)? Repetition(
        BookTicketCommand order, IReadOnlyDictionary<string, Booking> earlier, Dictionary<string, int>? keys)
    {
        if (order.IdempotencyKey is not { } key)
        {
            return null;
        }

        if (earlier.TryGetValue(key, out var booking))
        {
            return (order.IsServedBy(booking) ? new BookingOutcome.Booked(booking.Id, Replayed: true) : BookingOutcome.KeyReused.Instance, 0, true);
        }

        if (keys is not null && keys.TryGetValue(key, out var insertIndex))
        {
            return _toInsert[insertIndex] == order ? (null, insertIndex, true) : (BookingOutcome.KeyReused.Instance, 0, true);
        }

        return null;
    }

    private (BookingOutcome?, int, bool) Decide(BookTicketCommand order, int available)
    {
        if (BookingOutcome.Refusal(available, order.Quantity) is { } refusal)
        {
            return (refusal, 0, false);
        }

        _toInsert.Add(order);
        Taken += order.Quantity;
        return (null, _toInsert.Count - 1, false);
    }
}
