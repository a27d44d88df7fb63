using System.Collections.Concurrent;
using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// What a sale must look like, kept in memory. Under concurrency nobody can say in which order the orders got through, but much can be said
/// all the same, because a stock only shrinks and a booking never changes.
/// </summary>
internal sealed class SalesModel
{
    private readonly ConcurrentDictionary<string, KnownBooking> _keys = new(StringComparer.Ordinal);
    private readonly List<Sale> _sales = [];

    public IReadOnlyList<Sale> Sales => _sales;

    public void Add(Sale sale)
    {
        lock (_sales)
        {
            _sales.Add(sale);
        }
    }

    public int Pick(int number)
    {
        lock (_sales)
        {
            return _sales[number % _sales.Count].EventId;
        }
    }

    /// <summary>The booking that a key is known to have made before the request that is about to be sent.</summary>
    public KnownBooking? BookingOf(string? key) => key is not null && _keys.TryGetValue(key, out var known) ? known : null;

    public void Observe(BookTicketCommand order, BookingOutcome outcome, KnownBooking? knownBefore)
    {
        var sale = SaleOf(order.EventId);
        if (knownBefore is not null)
        {
            outcome.Should().Be(
                knownBefore.Order == order ? new BookingOutcome.Booked(knownBefore.BookingId, Replayed: true) : BookingOutcome.KeyReused.Instance,
                "the key {0} had booked before", order.IdempotencyKey);
            return;
        }

        switch (outcome)
        {
            case BookingOutcome.Booked booked:
                if (order.IdempotencyKey is { } key)
                {
                    var known = _keys.GetOrAdd(key, new KnownBooking(booked.BookingId, order));
                    known.Should().Be(new KnownBooking(booked.BookingId, order), "one key makes one booking");
                }
                else
                {
                    booked.Replayed.Should().BeFalse();
                }

                sale.Confirm(booked, order);
                break;

            case BookingOutcome.SoldOut:
                sale.SawSoldOut();
                break;

            case BookingOutcome.NotEnoughTickets few:
                few.Available.Should().BeInRange(1, order.Quantity - 1);
                sale.SawAvailable(few.Available);
                break;

            case BookingOutcome.KeyReused:
                order.IdempotencyKey.Should().NotBeNull();
                break;

            default:
                throw new InvalidOperationException($"{order} must not end as {outcome}.");
        }
    }

    private Sale SaleOf(int eventId)
    {
        lock (_sales)
        {
            return _sales.Single(sale => sale.EventId == eventId);
        }
    }
}

/// <summary>A key that is used up.</summary>
internal sealed record KnownBooking(long BookingId, BookTicketCommand Order);

/// <summary>One event of the model.</summary>
internal sealed class Sale(int eventId, int total, BookingStrategy strategy)
{
    private readonly ConcurrentDictionary<long, BookTicketCommand> _confirmed = new();
    private int _leastSeen = int.MaxValue;

    public int EventId => eventId;

    public BookingStrategy Strategy => strategy;

    public void Confirm(BookingOutcome.Booked booked, BookTicketCommand order)
    {
        if (booked.Replayed)
        {
            return; // Another worker has seen, or will see, the first answer.
        }

        _confirmed.TryAdd(booked.BookingId, order).Should().BeTrue("booking {0} was confirmed to two orders", booked.BookingId);
    }

    public void SawSoldOut() => SawAvailable(0);

    public void SawAvailable(int available)
    {
        int seen;
        while (available < (seen = Volatile.Read(ref _leastSeen)) && Interlocked.CompareExchange(ref _leastSeen, available, seen) != seen)
        {
        }
    }

    /// <summary>The end of the sale: database, answers and model must be one story.</summary>
    public void Check(IReadOnlyList<Booking> stored, int available)
    {
        stored.ToDictionary(booking => booking.Id, booking => (booking.UserId, booking.Quantity, booking.IdempotencyKey)).Should().BeEquivalentTo(
            _confirmed.ToDictionary(booking => booking.Key, booking => (booking.Value.UserId, booking.Value.Quantity, booking.Value.IdempotencyKey)),
            "{0}: each confirmed booking is there once, and no other", strategy);

        var sold = stored.Sum(booking => booking.Quantity);
        available.Should().Be(total - sold, "{0}: available = total - sold", strategy);
        if (strategy != BookingStrategy.Naive)
        {
            available.Should().BeGreaterOrEqualTo(0, "{0} never oversells", strategy);

            // A stock only shrinks: whoever was told that so few are left must still be right now.
            available.Should().BeLessOrEqualTo(Math.Min(total, _leastSeen), "{0} never undersells", strategy);
        }
    }
}
