using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using HdrHistogram;
using Ticketing.RaceLab.Http;

namespace Ticketing.RaceLab.Load;

/// <summary>Counts the answers of one load as they arrive. All members are thread-safe.</summary>
public sealed class Tally
{
    private static readonly long _longest = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    private readonly LongConcurrentHistogram _orderLatency = new(1, _longest, 3);
    private readonly LongConcurrentHistogram _statusLatency = new(1, _longest, 3);
    private readonly LongConcurrentHistogram _allLatency = new(1, _longest, 3);
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private readonly List<ConfirmedOrder> _confirmed = [];
    private readonly List<HeldOrder> _holds = [];
    private readonly List<Order> _uncertain = [];
    private readonly List<string> _contradictions = [];
    private readonly int _tickets;
    private long _began;
    private int _requests;
    private int _soldOut;
    private int _notEnough;
    private int _busy;
    private int _dropped;
    private long _ticketsConfirmed;
    private int _fewestLeft = int.MaxValue;

    /// <param name="tickets">The stock of all events.</param>
    public Tally(int tickets) => _tickets = tickets;

    /// <summary>All answers, without those of a lost connection.</summary>
    public int Requests => _requests;

    public int SoldOut => _soldOut;

    public int NotEnough => _notEnough;

    public int Busy => _busy;

    /// <summary>Arrivals of an open loop that were never sent.</summary>
    public int Dropped => _dropped;

    public long TicketsConfirmed => Interlocked.Read(ref _ticketsConfirmed);

    public long Oversold => Math.Max(0, TicketsConfirmed - _tickets);

    public int Tickets => _tickets;

    /// <summary>The smallest stock that an answer "not enough" named: it cannot grow later.</summary>
    public int? FewestLeft => _fewestLeft == int.MaxValue ? null : _fewestLeft;

    /// <summary>When the load began, as a <see cref="Stopwatch"/> timestamp.</summary>
    public long BeganAt => _began;

    /// <summary>Since the load began.</summary>
    public TimeSpan Elapsed => _began == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_began);

    /// <summary>Answers that are neither a booking nor a refusal, by the problem's code or the HTTP status.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    /// <summary>Latency of orders that were not refused because tickets ran out: refusals are quick, and would flatter the strategy.</summary>
    public HistogramBase OrderLatency => _orderLatency;

    /// <summary>Latency of <c>GET /status</c>.</summary>
    public HistogramBase StatusLatency => _statusLatency;

    /// <summary>Latency of all requests.</summary>
    public HistogramBase AllLatency => _allLatency;

    public int ConfirmedCount
    {
        get
        {
            lock (_confirmed)
            {
                return _confirmed.Count;
            }
        }
    }

    public int UncertainCount
    {
        get
        {
            lock (_uncertain)
            {
                return _uncertain.Count;
            }
        }
    }

    public IReadOnlyList<ConfirmedOrder> Confirmed
    {
        get
        {
            lock (_confirmed)
            {
                return [.. _confirmed];
            }
        }
    }

    /// <summary>Orders that were answered with a hold, once they have ended.</summary>
    public IReadOnlyList<HeldOrder> Holds
    {
        get
        {
            lock (_holds)
            {
                return [.. _holds];
            }
        }
    }

    /// <summary>Orders that may or may not have booked: the answer was lost, or was <c>outcome_unknown</c>.</summary>
    public IReadOnlyList<Order> Uncertain
    {
        get
        {
            lock (_uncertain)
            {
                return [.. _uncertain];
            }
        }
    }

    /// <summary>Answers that contradict themselves, such as "not enough" with enough tickets left.</summary>
    public IReadOnlyList<string> Contradictions
    {
        get
        {
            lock (_contradictions)
            {
                return [.. _contradictions];
            }
        }
    }

    public void Begin() => _began = Stopwatch.GetTimestamp();

    public void Drop() => Interlocked.Increment(ref _dropped);

    public void CountFailure(string what) => _failures.AddOrUpdate(what, 1, (_, count) => count + 1);

    /// <summary>Counts the answer to a request other than an order.</summary>
    public void Count(RequestKind kind, HttpAnswer answer, TimeSpan latency)
    {
        CountRequest(latency);
        if (kind == RequestKind.Status)
        {
            Record(_statusLatency, latency);
        }

        if (!answer.IsSuccess)
        {
            CountFailure(NameOf(answer));
        }
    }

    /// <summary>Counts the answer to an order.</summary>
    public void Count(Order order, HttpAnswer answer, TimeSpan latency)
    {
        CountRequest(latency);
        if (answer.Status == 400 && answer.HasCode("sold_out"u8))
        {
            Interlocked.Increment(ref _soldOut);
            return;
        }

        if (answer.Status == 400 && answer.HasCode("not_enough_tickets"u8))
        {
            Interlocked.Increment(ref _notEnough);
            NoteLeft(order, answer);
            return;
        }

        Record(_orderLatency, latency);
        if (answer.IsSuccess && answer.NumberAfter("\"booking_id\":"u8) is { } bookingId)
        {
            Confirm(new(order, bookingId, Elapsed));
        }
        else if (answer.IsSuccess && answer.NumberAfter("\"hold_id\":"u8) is not null)
        {
            // It counts once it has ended.
        }
        else if (answer.Status == 503 && answer.HasCode("busy"u8))
        {
            Interlocked.Increment(ref _busy);
        }
        else
        {
            // A fault may have happened after the COMMIT; outcome_unknown says so itself.
            if (answer.Status >= 500)
            {
                CountUncertain(order);
            }

            CountFailure(NameOf(answer));
        }
    }

    /// <summary>Counts the answer to a request that ends a hold; null if it was lost.</summary>
    /// <param name="order">The order.</param>
    /// <param name="holdId">Its hold.</param>
    /// <param name="wanted">What the buyer wanted.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="latency">How long it took.</param>
    public void CountEnd(Order order, long holdId, HoldEnd wanted, HttpAnswer? answer, TimeSpan latency)
    {
        var end = wanted;
        if (answer is { } some)
        {
            CountRequest(latency);
            Record(_orderLatency, latency);
            end = some.Status == 200 && !some.Body.Span.StartsWith("{\"status\":\"expired\""u8) ? wanted
                : some.Status == 200 || some.HasCode("hold_expired"u8) ? HoldEnd.Expired
                : Perhaps(wanted);
            if (some.HasCode("busy"u8))
            {
                Interlocked.Increment(ref _busy);
            }
            else if (!some.IsSuccess && end != HoldEnd.Expired)
            {
                CountFailure(NameOf(some));
            }
        }
        else if (wanted != HoldEnd.None)
        {
            end = Perhaps(wanted);
            CountFailure("answer lost");
        }

        lock (_holds)
        {
            _holds.Add(new(order, holdId, end));
        }

        if (end == HoldEnd.Confirmed)
        {
            Confirm(new(order, holdId, Elapsed));
        }
    }

    public void Confirm(ConfirmedOrder confirmed)
    {
        Interlocked.Add(ref _ticketsConfirmed, confirmed.Order.Quantity);
        lock (_confirmed)
        {
            _confirmed.Add(confirmed);
        }
    }

    public void CountUncertain(Order order)
    {
        lock (_uncertain)
        {
            _uncertain.Add(order);
        }
    }

    /// <summary>Removes an order from the uncertain ones, now that its outcome is known.</summary>
    public void Resolve(Order order)
    {
        lock (_uncertain)
        {
            _uncertain.Remove(order);
        }
    }

    private static HoldEnd Perhaps(HoldEnd wanted) => wanted == HoldEnd.Confirmed ? HoldEnd.PerhapsConfirmed : HoldEnd.PerhapsReleased;

    private void CountRequest(TimeSpan latency)
    {
        Interlocked.Increment(ref _requests);
        Record(_allLatency, latency);
    }

    private void NoteLeft(Order order, HttpAnswer answer)
    {
        var left = (int)(answer.NumberAfter("\"available_tickets\":"u8) ?? -1);
        if (left <= 0 || left >= order.Quantity)
        {
            lock (_contradictions)
            {
                _contradictions.Add($"order {order.Number} for {order.Quantity} was answered \"not enough\" with {left} left");
            }

            return;
        }

        InterlockedMin(ref _fewestLeft, left);
    }

    private static void InterlockedMin(ref int target, int value)
    {
        int seen;
        while (value < (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private static void Record(HistogramBase histogram, TimeSpan latency) =>
        histogram.RecordValue(Math.Clamp((long)latency.TotalMicroseconds, 1, _longest));

    private static string NameOf(HttpAnswer answer) =>
        answer.Code is { IsEmpty: false } code ? $"{answer.Status} {Encoding.ASCII.GetString(code)}" : $"{answer.Status}";
}
