using System.Collections.Concurrent;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// What a sale must look like, kept in memory. Under concurrency the order in which the requests took effect is not known, but each took effect at
/// some moment between its beginning and its end. A stock only shrinks and a booking never changes, so that is enough to judge every answer:
/// it is right only if there was such a moment at which it could be true.
/// </summary>
internal sealed class SalesModel
{
    private readonly ConcurrentQueue<Observation> _observations = new();
    private readonly ConcurrentQueue<Pause> _pauses = new();
    private readonly List<Sale> _sales = [];
    private long _now;

    public IReadOnlyList<Sale> Sales => _sales;

    public void Add(Sale sale)
    {
        lock (_sales)
        {
            _sales.Add(sale);
        }
    }

    public Sale Pick(int number)
    {
        lock (_sales)
        {
            return _sales[number % _sales.Count];
        }
    }

    /// <summary>Pauses a sale and resumes it. Only one does so at a time, so that it is known which pause ends when.</summary>
    public async Task PauseAsync(Sale sale, Func<SaleState, Task> change)
    {
        await sale.Pausing.WaitAsync();
        try
        {
            var began = Begin();
            await change(SaleState.Paused);
            var isPaused = Begin();
            await Task.Delay(2);
            var resumes = Begin();
            await change(SaleState.OnSale);
            _pauses.Enqueue(new(sale.EventId, began, isPaused, resumes, Begin()));
        }
        finally
        {
            sale.Pausing.Release();
        }
    }

    /// <summary>The moment at which a request is about to be sent.</summary>
    public long Begin() => Interlocked.Increment(ref _now);

    /// <summary>Notes an answer, at the moment when it has come.</summary>
    public void End(long began, BookTicketCommand order, BookingOutcome outcome) =>
        _observations.Enqueue(new(order, outcome, began, Interlocked.Increment(ref _now)));

    /// <summary>Judges every answer, once all have come.</summary>
    public void CheckAnswers()
    {
        var bookings = FindBookings();
        var withKey = bookings.Where(booking => booking.Order.IdempotencyKey is not null).ToList();
        withKey.Should().OnlyHaveUniqueItems(booking => booking.Order.IdempotencyKey, "one key makes one booking");
        var keys = withKey.ToDictionary(booking => booking.Order.IdempotencyKey!, StringComparer.Ordinal);
        var byEvent = bookings.ToLookup(booking => booking.Order.EventId);
        var sales = _sales.ToDictionary(sale => sale.EventId);
        foreach (var observation in _observations)
        {
            CheckKey(observation, observation.Order.IdempotencyKey is { } key ? keys.GetValueOrDefault(key) : null, sales[observation.Order.EventId]);
            CheckPauses(observation, sales[observation.Order.EventId], [.. _pauses.Where(pause => pause.EventId == observation.Order.EventId)]);
            CheckStock(observation, sales[observation.Order.EventId], [.. byEvent[observation.Order.EventId]]);
        }
    }

    /// <summary>The end of a sale: the database and the answers must be one story.</summary>
    public void CheckRows(Sale sale, IReadOnlyList<Booking> stored, int available)
    {
        stored.ToDictionary(booking => booking.Id, booking => (booking.UserId, booking.Quantity, booking.IdempotencyKey)).Should().BeEquivalentTo(
            FindBookings().Where(booking => booking.Order.EventId == sale.EventId).ToDictionary(
                booking => booking.Id, booking => (booking.Order.UserId, booking.Order.Quantity, booking.Order.IdempotencyKey)),
            "{0}: each confirmed booking is there once, and no other", sale.Strategy);

        available.Should().Be(sale.Total - stored.Sum(booking => booking.Quantity), "{0}: available = total - sold", sale.Strategy);
        if (sale.Strategy != BookingStrategy.Naive)
        {
            available.Should().BeGreaterOrEqualTo(0, "{0} never oversells", sale.Strategy);
            stored.GroupBy(booking => booking.UserId).Should().NotContain(
                user => user.Sum(booking => booking.Quantity) > (sale.MaxPerUser ?? int.MaxValue), "{0}: no user gets more than {1}", sale.Strategy, sale.MaxPerUser);
        }
    }

    /// <summary>Each booking was made by one request, and every answer that names it comes from the same order.</summary>
    private List<MadeBooking> FindBookings()
    {
        var bookings = new List<MadeBooking>();
        var answers = _observations.Where(observation => observation.Outcome is BookingOutcome.Booked);
        foreach (var told in answers.GroupBy(observation => ((BookingOutcome.Booked)observation.Outcome).BookingId))
        {
            told.Select(observation => observation.Order).Distinct().Should().ContainSingle("booking {0} belongs to one order", told.Key);
            var maker = told.Should().ContainSingle(observation => !((BookingOutcome.Booked)observation.Outcome).Replayed, "one request made booking {0}", told.Key).Which;
            bookings.Add(new(told.Key, maker.Order, maker.Began, told.Min(observation => observation.Ended)));
        }

        return bookings;
    }

    /// <param name="observation">The answer.</param>
    /// <param name="holder">The booking that its key has made, at whatever moment.</param>
    /// <param name="sale">The sale of its event.</param>
    private static void CheckKey(Observation observation, MadeBooking? holder, Sale sale)
    {
        var (order, outcome, began, ended) = observation;
        if (outcome is BookingOutcome.KeyReused)
        {
            holder.Should().NotBeNull("{0}: {1} was told that its key is used up, and nothing was booked with it", sale.Strategy, order);
            holder!.Order.Should().NotBe(order, "{0}: that is the very order that has booked with the key", sale.Strategy);
            holder.EarliestMoment.Should().BeLessThan(ended, "{0}: {1} was told that its key is used up before it was", sale.Strategy, order);
            return;
        }

        if (outcome is BookingOutcome.Booked booked)
        {
            if (booked.Replayed)
            {
                order.IdempotencyKey.Should().NotBeNull("only an order with a key is a repetition");
                holder!.EarliestMoment.Should().BeLessThan(ended, "{0}: a repetition comes after the booking", sale.Strategy);
            }

            return;
        }

        if (holder is not null)
        {
            holder.LatestMoment.Should().BeGreaterThan(began, "{0}: the key of {1} had booked before, and it was told {2}", sale.Strategy, order, outcome);
            if (sale.Strategy != BookingStrategy.Naive && outcome is not BookingOutcome.Paused)
            {
                // What is left never grows: it cannot have been too little for an order, and then enough for the same one.
                holder.Order.Should().NotBe(order, "{0}: {1} was told {2}, and its repetition was booked", sale.Strategy, order, outcome);
            }
        }
    }

    private static void CheckPauses(Observation observation, Sale sale, IReadOnlyList<Pause> pauses)
    {
        var (order, outcome, began, ended) = observation;
        if (outcome is BookingOutcome.Paused)
        {
            pauses.Should().Contain(pause => pause.Began < ended && began < pause.Ended, "{0}: {1} was told that the sale is paused", sale.Strategy, order);
        }
        else if (sale.Strategy != BookingStrategy.Naive && outcome is not (BookingOutcome.Booked { Replayed: true } or BookingOutcome.KeyReused))
        {
            pauses.Should().NotContain(pause => pause.IsPaused < began && ended < pause.Resumes, "{0}: {1} was told {2} while the sale was paused", sale.Strategy, order, outcome);
        }
    }

    private static void CheckStock(Observation observation, Sale sale, IReadOnlyList<MadeBooking> bookings)
    {
        // Naive decides on what was true a while ago, and takes tickets that it gives back when the key is refused.
        var (order, outcome, began, ended) = observation;
        if (sale.Strategy == BookingStrategy.Naive || outcome is BookingOutcome.Booked or BookingOutcome.KeyReused or BookingOutcome.Paused)
        {
            return;
        }

        var most = sale.Total - bookings.Where(booking => booking.LatestMoment < began).Sum(booking => booking.Order.Quantity);
        var least = Math.Max(0, sale.Total - bookings.Where(booking => booking.EarliestMoment < ended).Sum(booking => booking.Order.Quantity));
        switch (outcome)
        {
            case BookingOutcome.SoldOut:
                least.Should().Be(0, "{0}: {1} was told that all is sold, when at least {2} of {3} were left", sale.Strategy, order, least, sale.Total);
                break;

            case BookingOutcome.NotEnoughTickets few:
                few.Available.Should().BeInRange(1, order.Quantity - 1, "{0}: {1} would have been served, or told that all is sold", sale.Strategy, order);
                few.Available.Should().BeInRange(least, most, "{0}: so many were left while {1} was decided", sale.Strategy, order);
                break;

            case BookingOutcome.LimitReached limit:
                var own = bookings.Where(booking => booking.Order.UserId == order.UserId).ToList();
                var mostLeft = sale.MaxPerUser!.Value - own.Where(booking => booking.LatestMoment < began).Sum(booking => booking.Order.Quantity);
                var leastLeft = Math.Max(0, sale.MaxPerUser.Value - own.Where(booking => booking.EarliestMoment < ended).Sum(booking => booking.Order.Quantity));
                limit.Remaining.Should().BeInRange(leastLeft, mostLeft, "{0}: so many were left for the user of {1}", sale.Strategy, order);
                limit.Remaining.Should().BeLessThan(order.Quantity, "{0}: {1} would have been served", sale.Strategy, order);
                break;

            default:
                throw new InvalidOperationException($"{sale.Strategy}: {order} must not end as {outcome}.");
        }
    }

    /// <summary>A request, from its beginning to its end.</summary>
    private sealed record Observation(BookTicketCommand Order, BookingOutcome Outcome, long Began, long Ended);

    /// <summary>A pause: it took effect between <paramref name="Began"/> and <paramref name="IsPaused"/>, and ended between <paramref name="Resumes"/> and <paramref name="Ended"/>.</summary>
    private sealed record Pause(int EventId, long Began, long IsPaused, long Resumes, long Ended);

    /// <summary>A booking, which was made between the beginning of its request and the first answer that told of it.</summary>
    private sealed record MadeBooking(long Id, BookTicketCommand Order, long EarliestMoment, long LatestMoment);
}

/// <summary>One event of the model.</summary>
internal sealed record Sale(int EventId, int Total, BookingStrategy Strategy, int? MaxPerUser = null)
{
    /// <summary>Held while somebody pauses it.</summary>
    public SemaphoreSlim Pausing { get; } = new(1);
}
