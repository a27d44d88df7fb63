using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Sales;

namespace Ticketing.Infrastructure.Reads;

/// <summary>
/// Recent sales of this replica. A cached status is completed with the bookings that were confirmed here since it was read, so that buyers see their own
/// booking at once, and every reader of this replica sees the sell-out.
/// </summary>
/// <remarks>
/// The ids of bookings tell which of them a status already includes: a booking gets its id while its transaction holds the lock on the event's row, so the
/// ids of an event are in commit order. <c>naive</c> takes no lock, so its figures may miss a few recent bookings until the cache expires.
/// </remarks>
internal sealed class LocalSales(TimeProvider clock)
{
    private const int MaxEvents = 1000;
    private const int MaxUsers = 100_000;
    private const int MaxRecent = 20_000;

    /// <summary>A new version makes the next read query the database. Totals are the most expensive query, so their version changes least often.</summary>
    private static readonly TimeSpan _totalsInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _listsInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly LocalChanges _lists = new(_listsInterval, clock);
    private readonly LocalChanges _totals = new(_totalsInterval, clock);
    private readonly Dictionary<int, EventSales> _events = [];
    private readonly Dictionary<int, long> _newestOfUser = [];
    private long _newest;
    private long _forgottenUpTo;
    private long _usersForgottenUpTo;
    private int _newestEvent;

    /// <summary>The newest event that was set up here; 0 when there is none.</summary>
    public int NewestEvent => Volatile.Read(ref _newestEvent);

    /// <summary>Part of the keys of lists.</summary>
    public string ListsState => _lists.State;

    /// <summary>Part of the key of the totals.</summary>
    public string TotalsState => _totals.State;

    public void WasSetUp(int eventId)
    {
        Volatile.Write(ref _newestEvent, eventId);
        _totals.Add();
    }

    public void WasDecided(BookTicketCommand order, BookingOutcome outcome)
    {
        switch (outcome)
        {
            case BookingOutcome.Booked { Replayed: false } booked:
                Add(order, booked.BookingId);
                _lists.Add();
                _totals.Add();
                break;

            case BookingOutcome.SoldOut:
                lock (_lock)
                {
                    Of(order.EventId).IsSoldOut = true;
                }

                break;
        }
    }

    /// <summary>The newest booking that a user made here, as far as it is still known. It changes with each booking of the user.</summary>
    public long NewestBookingOf(int userId)
    {
        lock (_lock)
        {
            return _newestOfUser.GetValueOrDefault(userId, _usersForgottenUpTo);
        }
    }

    /// <summary>Adds what was sold here since the status was read. Null if the status is too old for that and must be read again.</summary>
    public EventStatus? Complete(StatusSnapshot snapshot)
    {
        lock (_lock)
        {
            if (snapshot.NewestBookingId < _forgottenUpTo && !_events.ContainsKey(snapshot.Status.EventId))
            {
                return null;
            }

            if (!_events.TryGetValue(snapshot.Status.EventId, out var sales))
            {
                return snapshot.Status;
            }

            if (snapshot.NewestBookingId < sales.ForgottenUpTo)
            {
                return null;
            }

            var (tickets, bookings) = sales.After(snapshot.NewestBookingId);
            var status = snapshot.Status with
            {
                AvailableTickets = snapshot.Status.AvailableTickets - tickets,
                TicketsSold = snapshot.Status.TicketsSold + tickets,
                Bookings = snapshot.Status.Bookings + bookings,
            };
            return sales.IsSoldOut && status.AvailableTickets > 0 ? null : status;
        }
    }

    private void Add(BookTicketCommand order, long bookingId)
    {
        lock (_lock)
        {
            _newest = Math.Max(_newest, bookingId);
            Of(order.EventId).Add(bookingId, order.Quantity);

            if (_newestOfUser.Count >= MaxUsers)
            {
                _newestOfUser.Clear();
                _usersForgottenUpTo = _newest;
            }

            _newestOfUser[order.UserId] = bookingId;
        }
    }

    private EventSales Of(int eventId)
    {
        if (_events.TryGetValue(eventId, out var sales))
        {
            return sales;
        }

        if (_events.Count >= MaxEvents)
        {
            _events.Clear();
            _forgottenUpTo = _newest;
        }

        return _events[eventId] = new EventSales(_forgottenUpTo);
    }

    private sealed class EventSales(long forgottenUpTo)
    {
        private readonly Queue<(long Id, int Quantity)> _recent = new();

        /// <summary>A status that does not include this booking cannot be completed.</summary>
        public long ForgottenUpTo { get; private set; } = forgottenUpTo;

        public bool IsSoldOut { get; set; }

        public void Add(long id, int quantity)
        {
            _recent.Enqueue((id, quantity));
            if (_recent.Count > MaxRecent)
            {
                Forget();
            }
        }

        public (int Tickets, int Bookings) After(long newestKnown)
        {
            while (_recent.TryPeek(out var oldest) && oldest.Id <= newestKnown)
            {
                Forget();
            }

            var (tickets, bookings) = (0, 0);
            foreach (var (id, quantity) in _recent)
            {
                if (id > newestKnown)
                {
                    tickets += quantity;
                    bookings++;
                }
            }

            return (tickets, bookings);
        }

        private void Forget() => ForgottenUpTo = Math.Max(ForgottenUpTo, _recent.Dequeue().Id);
    }
}
