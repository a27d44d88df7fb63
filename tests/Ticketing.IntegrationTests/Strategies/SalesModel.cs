using System.Collections.Concurrent;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// What sales must look like, kept in memory. Under concurrency the order in which the requests took effect is not known, but each took effect at
/// some moment between its beginning and its end. That is enough to judge every answer: it is right only if there was such a moment at which it could be true.
/// </summary>
/// <param name="now">The database's time in ticks, to judge what expires; left out, moments are only counted.</param>
internal sealed class SalesModel(Func<long>? now = null)
{
    /// <summary>The database and the test read the same clock of the same machine; one of them rounds it.</summary>
    private const long ClockTolerance = TimeSpan.TicksPerMillisecond;

    private readonly ConcurrentQueue<Observation> _orders = new();
    private readonly ConcurrentQueue<ChangeObservation> _changes = new();
    private readonly ConcurrentQueue<Pause> _pauses = new();
    private readonly ConcurrentQueue<Capacity> _capacities = new();
    private readonly List<Sale> _sales = [];
    private long _last;

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

    /// <summary>A booking that somebody was told of; null if there is none yet.</summary>
    public (long Id, int EventId)? PickBooking(int number)
    {
        var told = _orders.ToArray().Where(observation => observation.Outcome is BookingOutcome.Taken).ToList();
        return told.Count == 0 ? null : (((BookingOutcome.Taken)told[number % told.Count].Outcome).BookingId, told[number % told.Count].Order.EventId);
    }

    /// <summary>Pauses a sale and resumes it. Only one does so at a time, so that it is known which pause ends when.</summary>
    public async Task PauseAsync(Sale sale, Func<SaleState, Task> change)
    {
        await sale.Changing.WaitAsync();
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
            sale.Changing.Release();
        }
    }

    /// <summary>Changes the stock of a sale, one at a time.</summary>
    /// <param name="sale">The sale.</param>
    /// <param name="total">Its new total.</param>
    /// <param name="change">Changes it; returns false if more is sold or held.</param>
    public async Task ChangeTotalAsync(Sale sale, int total, Func<int, Task<bool>> change)
    {
        await sale.Changing.WaitAsync();
        try
        {
            var began = Begin();
            if (await change(total))
            {
                _capacities.Enqueue(new(sale.EventId, total, began, Begin()));
            }
        }
        finally
        {
            sale.Changing.Release();
        }
    }

    /// <summary>The moment at which a request is about to be sent.</summary>
    public long Begin()
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(now?.Invoke() ?? 0, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }

    /// <summary>Notes the answer to an order, at the moment when it has come.</summary>
    /// <param name="began">When it was sent first.</param>
    /// <param name="order">The order.</param>
    /// <param name="outcome">The answer.</param>
    /// <param name="wasLost">Whether earlier answers to it were lost, so that it may have made the booking that it found.</param>
    public void End(long began, BookTicketCommand order, BookingOutcome outcome, bool wasLost = false) => _orders.Enqueue(new(order, outcome, began, Begin(), wasLost));

    /// <summary>Notes the answer to a change of a booking, at the moment when it has come.</summary>
    /// <param name="began">When it was sent first.</param>
    /// <param name="change">The change.</param>
    /// <param name="outcome">The answer.</param>
    /// <param name="wasLost">Whether earlier answers to it were lost, so that it may have done before what it found done.</param>
    public void End(long began, ChangeBookingCommand change, BookingOutcome outcome, bool wasLost = false) =>
        _changes.Enqueue(new(change, outcome, began, Begin(), wasLost));

    /// <summary>Judges every answer, once all have come.</summary>
    public void CheckAnswers()
    {
        var lives = FindLives();
        var withKey = lives.Values.Where(life => life.Order.IdempotencyKey is not null).ToList();
        withKey.Should().OnlyHaveUniqueItems(life => life.Order.IdempotencyKey, "one key makes one booking");
        var keys = withKey.ToDictionary(life => life.Order.IdempotencyKey!, StringComparer.Ordinal);
        var byEvent = lives.Values.ToLookup(life => life.Order.EventId);
        var sales = _sales.ToDictionary(sale => sale.EventId);
        foreach (var observation in _orders)
        {
            var sale = sales[observation.Order.EventId];
            CheckKey(observation, observation.Order.IdempotencyKey is { } key ? keys.GetValueOrDefault(key) : null, sale);
            CheckPauses(observation, sale, [.. _pauses.Where(pause => pause.EventId == sale.EventId)]);
            CheckStock(observation, sale, [.. byEvent[sale.EventId]]);
        }

        foreach (var observation in _changes)
        {
            CheckChange(observation, lives[observation.Change.BookingId]);
        }

        foreach (var sale in _sales.Where(sale => sale.Strategy != BookingStrategy.Naive))
        {
            CheckEveryMoment(sale, [.. byEvent[sale.EventId]]);
        }
    }

    /// <summary>The end of a sale: the database and the answers must be one story.</summary>
    public void CheckRows(Sale sale, IReadOnlyList<Booking> stored, int available, int held = 0, int? bookings = null)
    {
        var lives = FindLives().Values.Where(life => life.Order.EventId == sale.EventId).ToList();
        // A key that begins with a space is none that a client can send: queued makes it for an order without one.
        stored.ToDictionary(booking => booking.Id, booking => (booking.UserId, booking.Quantity, booking.IdempotencyKey?.StartsWith(' ') == true ? null : booking.IdempotencyKey)).Should().BeEquivalentTo(
            lives.ToDictionary(life => life.Id, life => (life.Order.UserId, life.Order.Quantity, life.Order.IdempotencyKey)),
            "{0}: each confirmed booking is there once, and no other", sale.Strategy);

        var end = Begin();
        foreach (var (booking, life) in stored.Join(lives, booking => booking.Id, life => life.Id, (booking, life) => (booking, life)))
        {
            var expected = life.LastTold;
            var isRight = booking.Status == expected
                || (expected == BookingStatus.Held && booking.Status == BookingStatus.Expired && life.Deadline - ClockTolerance < end);
            isRight.Should().BeTrue("{0}: booking {1} is {2}, and its buyer was told that it is {3}", sale.Strategy, booking.Id, booking.Status, expected);
        }

        var sold = stored.Where(booking => booking.Status == BookingStatus.Confirmed).ToList();
        held.Should().Be(stored.Where(booking => booking.Status == BookingStatus.Held).Sum(booking => booking.Quantity), "{0}: that is held", sale.Strategy);
        available.Should().Be(TotalOf(sale) - held - sold.Sum(booking => booking.Quantity), "{0}: available = total - held - sold", sale.Strategy);
        (bookings ?? sold.Count).Should().Be(sold.Count, "{0}: the event counts its bookings", sale.Strategy);
        if (sale.Strategy != BookingStrategy.Naive)
        {
            available.Should().BeGreaterOrEqualTo(0, "{0} never oversells", sale.Strategy);

            // A hold that is due no longer counts, even if it has not been expired yet.
            var owned = stored.Where(booking => booking.Status == BookingStatus.Confirmed || (booking.Status == BookingStatus.Held && !(booking.ExpiresAt?.Ticks <= end)));
            owned.GroupBy(booking => booking.UserId).Select(user => user.Sum(booking => booking.Quantity)).DefaultIfEmpty().Max().Should().BeLessThanOrEqualTo(
                sale.MaxPerUser ?? int.MaxValue, "{0}: no user gets more than {1}", sale.Strategy, sale.MaxPerUser);
        }
    }

    private int TotalOf(Sale sale) => _capacities.LastOrDefault(capacity => capacity.EventId == sale.EventId)?.Total ?? sale.Total;

    /// <summary>Every booking, with what its buyer was told of it.</summary>
    private Dictionary<long, Life> FindLives()
    {
        var lives = new Dictionary<long, Life>();
        foreach (var told in _orders.Where(observation => observation.Outcome is BookingOutcome.Taken).GroupBy(observation => ((BookingOutcome.Taken)observation.Outcome).BookingId))
        {
            told.Select(observation => observation.Order).Distinct().Should().ContainSingle("booking {0} belongs to one order", told.Key);
            var maker = told.Where(observation => observation.WasLost).OrderBy(observation => observation.Began).FirstOrDefault(_ => told.All(observation => ((BookingOutcome.Taken)observation.Outcome).Replayed))
                ?? told.Should().ContainSingle(observation => !((BookingOutcome.Taken)observation.Outcome).Replayed, "one request made booking {0}", told.Key).Which;
            lives.Add(told.Key, new(told.Key, maker.Order, maker.Began, told.Min(observation => observation.Ended))
            {
                Deadline = told.Select(observation => observation.Outcome).OfType<BookingOutcome.Held>().Max(held => held.Hold.ExpiresAt)?.Ticks ?? long.MaxValue,
            });
        }

        foreach (var (change, outcome, began, ended, _) in _changes)
        {
            if (outcome is not BookingOutcome.Changed { Replayed: false } done)
            {
                continue;
            }

            lives.Should().ContainKey(change.BookingId, "only what was ordered can change");
            var life = lives[change.BookingId];
            if (done.Booking.Status == BookingStatus.Held)
            {
                life.Deadline = Math.Max(life.Deadline, done.Booking.ExpiresAt!.Value.Ticks);
                continue;
            }

            life.Transitions.TryAdd(done.Booking.Status, (began, ended)).Should().BeTrue("booking {0} becomes {1} once", life.Id, done.Booking.Status);
        }

        foreach (var (change, outcome, began, ended, _) in _changes.Where(observation => observation.WasLost))
        {
            // Nobody else was told that he has done it.
            if (outcome is BookingOutcome.Changed { Replayed: true, Booking.Status: BookingStatus.Confirmed or BookingStatus.Released or BookingStatus.Cancelled } done
                && !(done.Booking.Status == BookingStatus.Confirmed && lives[change.BookingId].Order.HoldSeconds is null))
            {
                lives[change.BookingId].Transitions.TryAdd(done.Booking.Status, (began, ended));
            }
        }

        foreach (var life in lives.Values)
        {
            (life.Transitions.ContainsKey(BookingStatus.Released) && (life.Order.HoldSeconds is null || life.Transitions.ContainsKey(BookingStatus.Confirmed)))
                .Should().BeFalse("booking {0} was confirmed and released", life.Id);
        }

        return lives;
    }

    private static void CheckKey(Observation observation, Life? holder, Sale sale)
    {
        var (order, outcome, began, ended, _) = observation;
        switch (outcome)
        {
            case BookingOutcome.KeyReused:
                holder.Should().NotBeNull("{0}: {1} was told that its key is used up, and nothing was booked with it", sale.Strategy, order);
                holder!.Order.Should().NotBe(order, "{0}: that is the very order that has booked with the key", sale.Strategy);
                holder.MadeEarliest.Should().BeLessThan(ended, "{0}: {1} was told that its key is used up before it was", sale.Strategy, order);
                return;

            case BookingOutcome.BookingCancelled:
                (holder is not null && holder.Order == order && holder.MayBe(BookingStatus.Cancelled, began, ended))
                    .Should().BeTrue("{0}: {1} was told that its booking is cancelled", sale.Strategy, order);
                return;

            case BookingOutcome.Taken { Replayed: true }:
                order.IdempotencyKey.Should().NotBeNull("only an order with a key is a repetition");
                holder!.MadeEarliest.Should().BeLessThan(ended, "{0}: a repetition comes after the booking", sale.Strategy);
                if (outcome is BookingOutcome.Held { Hold.Status: var status })
                {
                    holder.MayBe(status, began, ended).Should().BeTrue("{0}: {1} was told that its hold is {2}", sale.Strategy, order, status);
                }

                return;

            case BookingOutcome.Taken:
                return;
        }

        holder?.MadeLatest.Should().BeGreaterThan(began, "{0}: the key of {1} had booked before, and it was told {2}", sale.Strategy, order, outcome);
    }

    private static void CheckPauses(Observation observation, Sale sale, IReadOnlyList<Pause> pauses)
    {
        var (order, outcome, began, ended, _) = observation;
        if (outcome is BookingOutcome.Paused)
        {
            pauses.Should().Contain(pause => pause.Began < ended && began < pause.Ended, "{0}: {1} was told that the sale is paused", sale.Strategy, order);
        }
        else if (sale.Strategy != BookingStrategy.Naive && outcome is not (BookingOutcome.Taken { Replayed: true } or BookingOutcome.KeyReused or BookingOutcome.BookingCancelled))
        {
            pauses.Should().NotContain(pause => pause.IsPaused < began && ended < pause.Resumes, "{0}: {1} was told {2} while the sale was paused", sale.Strategy, order, outcome);
        }
    }

    private void CheckStock(Observation observation, Sale sale, IReadOnlyList<Life> lives)
    {
        // Naive decides on what was true a while ago, and takes tickets that it gives back when the key is refused.
        var (order, outcome, began, ended, _) = observation;
        if (sale.Strategy == BookingStrategy.Naive || outcome is BookingOutcome.Taken or BookingOutcome.KeyReused or BookingOutcome.Paused or BookingOutcome.BookingCancelled)
        {
            return;
        }

        var (fewest, most) = TotalsBetween(sale, began, ended);
        most -= lives.Where(life => life.IsTakenThroughout(began, ended)).Sum(life => life.Order.Quantity);
        var least = Math.Max(0, fewest - lives.Where(life => life.MayBeTaken(began, ended)).Sum(life => life.Order.Quantity));
        switch (outcome)
        {
            case BookingOutcome.SoldOut:
                least.Should().Be(0, "{0}: {1} was told that all is sold, when at least {2} of {3} tickets were left", sale.Strategy, order, least, sale.Total);
                break;

            case BookingOutcome.NotEnoughTickets few:
                few.Available.Should().BeInRange(1, order.Quantity - 1, "{0}: {1} would have been served, or told that all is sold", sale.Strategy, order);
                few.Available.Should().BeInRange(least, most, "{0}: so many were left while {1} was decided", sale.Strategy, order);
                break;

            case BookingOutcome.LimitReached limit:
                var own = lives.Where(life => life.Order.UserId == order.UserId).ToList();
                var mostLeft = sale.MaxPerUser!.Value - own.Where(life => life.IsTakenThroughout(began, ended)).Sum(life => life.Order.Quantity);
                var leastLeft = Math.Max(0, sale.MaxPerUser.Value - own.Where(life => life.MayBeTaken(began, ended)).Sum(life => life.Order.Quantity));
                limit.Remaining.Should().BeInRange(leastLeft, mostLeft, "{0}: so many were left for the user of {1}", sale.Strategy, order);
                limit.Remaining.Should().BeLessThan(order.Quantity, "{0}: {1} would have been served", sale.Strategy, order);
                break;

            default:
                throw new InvalidOperationException($"{sale.Strategy}: {order} must not end as {outcome}.");
        }
    }

    private (int Fewest, int Most) TotalsBetween(Sale sale, long began, long ended)
    {
        var changes = _capacities.Where(capacity => capacity.EventId == sale.EventId).ToList();
        var totals = new List<int>();
        for (var i = -1; i < changes.Count; i++)
        {
            var (from, total) = i < 0 ? (0, sale.Total) : (changes[i].Began, changes[i].Total);
            var until = i + 1 < changes.Count ? changes[i + 1].Ended : long.MaxValue;
            if (from < ended && until > began)
            {
                totals.Add(total);
            }
        }

        return (totals.Min(), totals.Max());
    }

    private void CheckChange(ChangeObservation observation, Life life)
    {
        var (change, outcome, began, ended, _) = observation;
        switch (outcome)
        {
            case BookingOutcome.Changed { Replayed: false } done:
                var before = done.Booking.Status == BookingStatus.Cancelled ? BookingStatus.Confirmed : BookingStatus.Held;
                life.MayBe(before, began, ended).Should().BeTrue("{0} of booking {1} succeeded, which needs that it was {2}", change.Operation, life.Id, before);
                done.Returned.Should().Be(
                    change.Operation is BookingOperation.Release or BookingOperation.Cancel ? life.Order.Quantity : 0, "{0} of booking {1}", change.Operation, life.Id);
                break;

            case BookingOutcome.Changed repeated:
                repeated.Returned.Should().Be(0, "{0} of booking {1} changed nothing", change.Operation, life.Id);
                life.MayBe(repeated.Booking.Status, began, ended).Should().BeTrue("booking {0} was told to be {1}", life.Id, repeated.Booking.Status);
                break;

            case BookingOutcome.WrongStatus wrong:
                life.MayBe(wrong.Status, began, ended).Should().BeTrue("{0} of booking {1} was refused because it is {2}", change.Operation, life.Id, wrong.Status);
                break;

            case BookingOutcome.Paused when change.Operation == BookingOperation.Extend:
                _pauses.Should().Contain(
                    pause => pause.EventId == life.Order.EventId && pause.Began < ended && began < pause.Ended, "an extension was told that the sale is paused");
                break;

            case BookingOutcome.HoldLimitReached when change.Operation == BookingOperation.Extend:
                break;

            default:
                throw new InvalidOperationException($"{change} must not end as {outcome}.");
        }
    }

    /// <summary>At every moment, what was certainly held or sold was no more than the total, and no more for any user than the limit.</summary>
    private void CheckEveryMoment(Sale sale, IReadOnlyList<Life> lives)
    {
        foreach (var moment in lives.Select(life => life.MadeLatest))
        {
            var taken = lives.Where(life => life.IsTakenThroughout(moment, moment)).ToList();
            taken.Sum(life => life.Order.Quantity).Should().BeLessThanOrEqualTo(
                TotalsBetween(sale, moment, moment).Most, "{0}: held and sold tickets are never more than the total", sale.Strategy);
            taken.GroupBy(life => life.Order.UserId).Should().NotContain(
                user => user.Sum(life => life.Order.Quantity) > (sale.MaxPerUser ?? int.MaxValue), "{0}: no user gets more than {1} at any moment", sale.Strategy, sale.MaxPerUser);
        }
    }

    /// <summary>An order, from its beginning to its end.</summary>
    private sealed record Observation(BookTicketCommand Order, BookingOutcome Outcome, long Began, long Ended, bool WasLost);

    /// <summary>A change of a booking, from its beginning to its end.</summary>
    private sealed record ChangeObservation(ChangeBookingCommand Change, BookingOutcome Outcome, long Began, long Ended, bool WasLost);

    /// <summary>A pause: it took effect between <paramref name="Began"/> and <paramref name="IsPaused"/>, and ended between <paramref name="Resumes"/> and <paramref name="Ended"/>.</summary>
    private sealed record Pause(int EventId, long Began, long IsPaused, long Resumes, long Ended);

    /// <summary>A new total, which took effect between <paramref name="Began"/> and <paramref name="Ended"/>.</summary>
    private sealed record Capacity(int EventId, int Total, long Began, long Ended);

    /// <summary>The life of a booking, which was made between the beginning of its request and the first answer that told of it.</summary>
    private sealed record Life(long Id, BookTicketCommand Order, long MadeEarliest, long MadeLatest)
    {
        /// <summary>When it expires if it is a hold, unless it ends before that.</summary>
        public long Deadline { get; set; }

        /// <summary>Between which moments it changed, by its new status.</summary>
        public Dictionary<BookingStatus, (long Began, long Ended)> Transitions { get; } = [];

        /// <summary>What it is after all that its buyer was told; a hold may have expired since.</summary>
        public BookingStatus LastTold =>
            Transitions.ContainsKey(BookingStatus.Cancelled) ? BookingStatus.Cancelled
            : Transitions.ContainsKey(BookingStatus.Released) ? BookingStatus.Released
            : Transitions.ContainsKey(BookingStatus.Confirmed) ? BookingStatus.Confirmed
            : Order.Status;

        /// <summary>When its tickets came back, at the earliest and at the latest.</summary>
        private (long Earliest, long Latest) Return =>
            Transitions.TryGetValue(BookingStatus.Cancelled, out var cancelled) ? cancelled
            : Transitions.TryGetValue(BookingStatus.Released, out var released) ? released
            : LastTold == BookingStatus.Held ? (Deadline - ClockTolerance, Deadline + ClockTolerance)
            : (long.MaxValue, long.MaxValue);

        public bool MayBeTaken(long began, long ended) => MadeEarliest < ended && Return.Latest > began;

        public bool IsTakenThroughout(long began, long ended) => MadeLatest <= began && Return.Earliest > ended;

        /// <summary>Whether it can have had a status at a moment between two.</summary>
        public bool MayBe(BookingStatus status, long began, long ended)
        {
            var isHold = Order.HoldSeconds is not null;
            var confirmed = Transitions.GetValueOrDefault(BookingStatus.Confirmed, (long.MaxValue, long.MaxValue));
            var (from, until) = status switch
            {
                BookingStatus.Held => isHold ? (MadeEarliest, Math.Min(Deadline + ClockTolerance, Math.Min(confirmed.Item2, EndOf(BookingStatus.Released)))) : (long.MaxValue, 0),
                BookingStatus.Confirmed => (isHold ? confirmed.Item1 : MadeEarliest, EndOf(BookingStatus.Cancelled)),
                BookingStatus.Expired => (LastTold == BookingStatus.Held ? Deadline - ClockTolerance : long.MaxValue, long.MaxValue),
                _ => (Transitions.TryGetValue(status, out var change) ? change.Began : long.MaxValue, long.MaxValue),
            };
            return from < ended && until > began;
        }

        private long EndOf(BookingStatus next) => Transitions.TryGetValue(next, out var change) ? change.Ended : long.MaxValue;
    }
}

/// <summary>One event of the model.</summary>
internal sealed record Sale(int EventId, int Total, BookingStrategy Strategy, int? MaxPerUser = null)
{
    /// <summary>Held while somebody pauses it, or changes its stock.</summary>
    public SemaphoreSlim Changing { get; } = new(1);
}
