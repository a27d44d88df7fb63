using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Decides a batch in memory, in order of arrival, while the event's row is locked. If the batch books anything, all its outcomes, refusals included, are
/// valid only after COMMIT, because later orders are decided against a stock from which earlier ones have taken.
/// </summary>
internal sealed class BatchPlan
{
    private readonly BatchStart _start;

    /// <summary>Tickets of each user, including those of this batch. Null if there is no limit.</summary>
    private readonly Dictionary<int, int>? _owned;

    private readonly Decision[] _decisions;

    private readonly List<BookTicketCommand> _toInsert = [];

    /// <param name="start">What was read under the lock.</param>
    /// <param name="owned">The tickets that users have already, if the event has a limit per user.</param>
    /// <param name="orders">The orders, in order of arrival.</param>
    public BatchPlan(BatchStart start, IReadOnlyDictionary<int, int>? owned, IReadOnlyList<PendingOrder> orders)
    {
        _start = start;
        _owned = owned?.ToDictionary();
        var closed = BookingOutcome.Refusal(start.Stock.Rules, start.Now);
        _decisions = new Decision[orders.Count];
        Dictionary<string, int>? keys = null;
        for (var i = 0; i < orders.Count; i++)
        {
            var order = orders[i].Order;
            _decisions[i] = Repetition(order, start.Earlier, keys) ?? (closed is null ? Decide(order) : new(closed));
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

    /// <summary>The stock that the batch leaves behind, once it has committed.</summary>
    public Stock Left => _start.Stock.Sell(Taken, _toInsert.Count);

    /// <summary>The outcome of the order at <paramref name="index"/>, once the batch has committed.</summary>
    /// <param name="index">Its index in the batch.</param>
    /// <param name="ids">The ids of <see cref="ToInsert"/>, in the same order.</param>
    public BookingOutcome OutcomeOf(int index, IReadOnlyList<long> ids)
    {
        var decision = _decisions[index];
        return decision.Outcome ?? new BookingOutcome.Booked(ids[decision.InsertIndex], decision.IsRepetition);
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

    private Decision? Repetition(
        BookTicketCommand order, IReadOnlyDictionary<string, Booking> earlier, Dictionary<string, int>? keys)
    {
        if (order.IdempotencyKey is not { } key)
        {
            return null;
        }

        if (earlier.TryGetValue(key, out var booking))
        {
            return new Decision(order.IsServedBy(booking) ? new BookingOutcome.Booked(booking.Id, Replayed: true) : BookingOutcome.KeyReused.Instance);
        }

        if (keys is not null && keys.TryGetValue(key, out var insertIndex))
        {
            return _toInsert[insertIndex] == order ? new Decision(null, insertIndex, IsRepetition: true) : new Decision(BookingOutcome.KeyReused.Instance);
        }

        return null;
    }

    private Decision Decide(BookTicketCommand order)
    {
        var owned = _owned?.GetValueOrDefault(order.UserId) ?? 0;
        if ((BookingOutcome.Refusal(_start.Stock.Available - Taken, order.Quantity) ?? BookingOutcome.Refusal(_start.Stock.Rules, owned, order.Quantity)) is { } refusal)
        {
            return new(refusal);
        }

        if (_owned is not null)
        {
            _owned[order.UserId] = owned + order.Quantity;
        }

        _toInsert.Add(order);
        Taken += order.Quantity;
        return new(null, _toInsert.Count - 1);
    }

    /// <summary>What was decided about one order.</summary>
    /// <param name="Outcome">Its outcome; null if it waits for a booking of this batch.</param>
    /// <param name="InsertIndex">That booking's index in <see cref="ToInsert"/>.</param>
    /// <param name="IsRepetition">Whether an earlier order of this batch, with the same key, makes that booking.</param>
    private readonly record struct Decision(BookingOutcome? Outcome, int InsertIndex = 0, bool IsRepetition = false);
}
