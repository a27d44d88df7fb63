using Ticketing.Application.Access;
using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>
/// Decides a batch in memory while the event's row is locked: first what gives tickets back, then the orders, each in order of arrival. If the batch writes
/// anything, all its outcomes, refusals included, are valid only after COMMIT, because later ones are decided against a stock that earlier ones have changed.
/// </summary>
internal sealed class BatchPlan
{
    private readonly int _eventId;
    private readonly BatchStart _start;
    private readonly BookingOutcome? _closed;

    /// <summary>Tickets of each user, including those of this batch. Null if there is no limit.</summary>
    private readonly Dictionary<int, int>? _owned;

    private readonly Dictionary<string, Booking>? _earlier;
    private readonly Decision[] _decisions;
    private readonly List<BookTicketCommand> _toInsert = [];
    private readonly Dictionary<long, DateTime?> _changedBefore = [];
    private readonly List<Booking> _toUpdate = [];
    private readonly List<BookingStatus> _transitions = [];
    private readonly List<TimeSpan> _lags = [];
    private readonly List<AuditEntry> _audit = [];

    /// <param name="eventId">The event.</param>
    /// <param name="start">What was read under the lock.</param>
    /// <param name="requests">The requests, in order of arrival.</param>
    /// <param name="isReadOnly">Whether no orders are taken, for maintenance.</param>
    public BatchPlan(int eventId, BatchStart start, IReadOnlyList<Pending> requests, bool isReadOnly = false)
    {
        _eventId = eventId;
        _start = start;
        _closed = BookingOutcome.Refusal(start.Stock.Rules, start.Now, isReadOnly);
        _owned = start.Stock.Rules.MaxPerUser is null ? null : start.Owned.ToDictionary();
        _decisions = new Decision[requests.Count];
        ExpireDueHolds();
        for (var i = 0; i < requests.Count; i++)
        {
            _decisions[i] = new(requests[i] is PendingChange change ? Decide(change) : null);
        }

        _earlier = start.Bookings.Count == 0 ? null
            : start.Bookings.Values.Where(booking => booking.IdempotencyKey is not null).ToDictionary(booking => booking.IdempotencyKey!, StringComparer.Ordinal);
        Dictionary<string, int>? keys = null;
        for (var i = 0; i < requests.Count; i++)
        {
            if (requests[i] is not PendingOrder { Order: var order } pending)
            {
                continue;
            }

            _decisions[i] = Repetition(order, keys) ?? ((pending.RefusalUnder(start) ?? _closed) is { } refusal ? new(refusal) : Decide(order));
            if (_decisions[i] is { Outcome: null, IsRepetition: false } && order.IdempotencyKey is { } key)
            {
                (keys ??= new(StringComparer.Ordinal))[key] = _toInsert.Count - 1;
            }
        }
    }

    public int EventId => _eventId;

    /// <summary>The orders to book or to hold, in order of arrival.</summary>
    public IReadOnlyList<BookTicketCommand> ToInsert => _toInsert;

    /// <summary>The bookings to update, as they are to be.</summary>
    public IReadOnlyList<Booking> ToUpdate => _toUpdate;

    /// <summary>What the batch changes in the stock.</summary>
    public StockChange Change { get; private set; }

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _toInsert.Count == 0 && _toUpdate.Count == 0;

    /// <summary>Every status that a booking gets, also if it gets another one in the same batch.</summary>
    public IReadOnlyList<BookingStatus> Transitions => _transitions;

    /// <summary>The times from the deadlines of the holds that expire until now.</summary>
    public IReadOnlyList<TimeSpan> Lags => _lags;

    /// <summary>What others than the buyers have cancelled.</summary>
    public IReadOnlyList<AuditEntry> Audit => _audit;

    /// <summary>Whether an order was refused that could have been served, if only holds were due that were not read.</summary>
    public bool HasShortage { get; private set; }

    /// <summary>The database's time at which the batch is decided, UTC.</summary>
    public DateTime Now => _start.Now;

    /// <summary>The stock that the batch leaves behind, once it has committed.</summary>
    public Stock Left => IsEmpty ? _start.Stock : _start.Stock.After(Change);

    /// <summary>When a booking of <see cref="ToUpdate"/> had last changed before this batch.</summary>
    public DateTime? ChangedBefore(Booking booking) => _changedBefore[booking.Id];

    /// <summary>The outcome of the request at <paramref name="index"/>, once the batch has committed.</summary>
    /// <param name="index">Its index in the batch.</param>
    /// <param name="ids">The ids of <see cref="ToInsert"/>, in the same order.</param>
    public BookingOutcome OutcomeOf(int index, IReadOnlyList<long> ids)
    {
        var decision = _decisions[index];
        if (decision.Outcome is { } outcome || decision.InsertIndex < 0)
        {
            return decision.Outcome!;
        }

        var order = _toInsert[decision.InsertIndex];
        return order.HoldSeconds is null
            ? new BookingOutcome.Booked(ids[decision.InsertIndex], decision.IsRepetition)
            : new BookingOutcome.Held(BookingState.Of(order.ToBooking(Now), Now) with { BookingId = ids[decision.InsertIndex] }, decision.IsRepetition);
    }

    /// <summary>
    /// The outcome if it does not depend on the transaction: an order or a change that was made before it. Null for all other requests.
    /// </summary>
    public BookingOutcome? CertainOutcomeOf(int index) => _decisions[index].Outcome switch
    {
        BookingOutcome.Taken earlier when !_changedBefore.ContainsKey(earlier.BookingId) => earlier,
        BookingOutcome.Changed { Replayed: true } earlier when !_changedBefore.ContainsKey(earlier.Booking.BookingId) => earlier,
        _ => null,
    };

    /// <summary>Whether the request at <paramref name="index"/> waits for something that the batch writes.</summary>
    public bool IsWritten(int index) => _decisions[index] is { Outcome: null, InsertIndex: >= 0 } or { Outcome: BookingOutcome.Changed { Replayed: false } };

    private void ExpireDueHolds()
    {
        foreach (var booking in _start.Bookings.Values)
        {
            if (booking.EventId == _eventId && booking.IsDue(Now))
            {
                Apply(booking, () => booking.Expire(Now));
            }
        }
    }

    private BookingOutcome Decide(PendingChange request)
    {
        var (id, operation, seconds) = request.Change;
        if (!_start.Bookings.TryGetValue(id, out var booking) || booking.EventId != _eventId)
        {
            return BookingOutcome.BookingNotFound.Instance;
        }

        if (_start.Stock.Bookings is null)
        {
            return BookingOutcome.UpgradeInProgress.Instance;
        }

        if (operation == BookingOperation.Extend && booking.Status == BookingStatus.Held && _closed is not null)
        {
            return _closed;
        }

        var returned = Change.Available;
        var transition = Apply(booking, () => operation switch
        {
            BookingOperation.Confirm => booking.Confirm(Now),
            BookingOperation.Release => booking.Release(Now),
            BookingOperation.Extend => booking.Extend(Now, seconds, request.MaxHoldSeconds),
            BookingOperation.Cancel => booking.Cancel(Now),
            _ => throw new ArgumentOutOfRangeException(nameof(request), operation, null),
        });
        if (operation == BookingOperation.Cancel && transition == Transition.Done && new Actor(request.Change.Caller, request.Change.TraceId).OfCancelled(booking, Now) is { } entry)
        {
            _audit.Add(entry);
        }

        return transition != Transition.Refused
            ? new BookingOutcome.Changed(BookingState.Of(booking, Now), Change.Available - returned, Replayed: transition == Transition.Unchanged)
            : operation == BookingOperation.Extend && booking.Status == BookingStatus.Held ? new BookingOutcome.HoldLimitReached(request.MaxHoldSeconds)
            : new BookingOutcome.WrongStatus(booking.Status);
    }

    /// <summary>Changes a booking, and remembers what is to be written.</summary>
    private Transition Apply(Booking booking, Func<Transition> change)
    {
        var (before, expiresAt, changedAt) = (booking.Status, booking.ExpiresAt, booking.ChangedAt);
        var transition = change();
        if (booking.Status == before && booking.ExpiresAt == expiresAt)
        {
            return transition;
        }

        if (_changedBefore.TryAdd(booking.Id, changedAt))
        {
            _toUpdate.Add(booking);
        }

        if (booking.Status != before)
        {
            var effect = StockChange.Between(before, booking.Status, booking.Quantity);
            Change += effect;
            _transitions.Add(booking.Status);
            if (_owned is not null && effect.Available > 0)
            {
                _owned[booking.UserId] = _owned.GetValueOrDefault(booking.UserId) - booking.Quantity;
            }

            if (booking.Status == BookingStatus.Expired)
            {
                _lags.Add(Now - expiresAt!.Value);
            }
        }

        return transition;
    }

    private Decision? Repetition(BookTicketCommand order, Dictionary<string, int>? keys)
    {
        if (order.IdempotencyKey is not { } key)
        {
            return null;
        }

        if (_earlier is not null && _earlier.TryGetValue(key, out var booking))
        {
            return new Decision(order.RepetitionOf(booking, Now));
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
        var held = _start.Stock.Held + Change.Held;
        if ((BookingOutcome.RefusalOfHold(_start.Stock, order)
            ?? BookingOutcome.Refusal(_start.Stock.Available + Change.Available, held, order.Quantity)
            ?? BookingOutcome.RefusalByLimit(_start.Stock.Rules, owned, order.Quantity)) is { } refusal)
        {
            HasShortage |= refusal is BookingOutcome.Shortage or BookingOutcome.LimitReached;
            return new(refusal);
        }

        if (_owned is not null)
        {
            _owned[order.UserId] = owned + order.Quantity;
        }

        _toInsert.Add(order);
        Change += order.StockChange;
        return new(null, _toInsert.Count - 1);
    }

    /// <summary>What was decided about one request.</summary>
    /// <param name="Outcome">Its outcome; null if it waits for a booking of this batch, or is an expiry.</param>
    /// <param name="InsertIndex">That booking's index in <see cref="ToInsert"/>; -1 if there is none.</param>
    /// <param name="IsRepetition">Whether an earlier order of this batch, with the same key, makes that booking.</param>
    private readonly record struct Decision(BookingOutcome? Outcome, int InsertIndex = -1, bool IsRepetition = false);
}
