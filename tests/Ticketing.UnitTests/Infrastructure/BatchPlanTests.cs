using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>What a batch decides, in the order of arrival.</summary>
public sealed class BatchPlanTests
{
    private const int Event = 7;

    private static readonly DateTime _now = new(2030, 1, 31, 20, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void What_is_given_back_reaches_the_buyers_of_the_same_batch_and_the_stock_changes_by_the_sum()
    {
        var confirmed = Booking.Stored(12, 2, Event, 3, null, _now);
        var plan = Plan(
            new Stock(9, 0, 6, 1, 5, SaleRules.Open),
            [Pending(Order(5, 2)), Change(10, BookingOperation.Release), Pending(Order(6, 4)), Change(11, BookingOperation.Confirm), Change(12, BookingOperation.Cancel), Pending(Order(7))],
            Hold(10, 1, 2), Hold(11, 1, 4), confirmed);

        Outcomes(plan, 6, 20, 21).Select(outcome => outcome is BookingOutcome.Changed changed ? $"{changed.Booking.Status} {changed.Returned}" : $"{outcome}").Should().Equal(
            $"{new BookingOutcome.Booked(20)}", "Released 2", $"{new BookingOutcome.NotEnoughTickets(3)}", "Confirmed 0", "Cancelled 3", $"{new BookingOutcome.Booked(21)}");
        plan.Change.Should().Be(new StockChange(Available: 2, Held: -6, Bookings: 2));
        plan.Left.Should().Be(new Stock(9, 2, 0, 3, 6, SaleRules.Open));
        plan.Transitions.Should().Equal(BookingStatus.Released, BookingStatus.Confirmed, BookingStatus.Cancelled);
    }

    [Fact]
    public void A_hold_that_is_due_comes_back_before_anybody_is_refused_and_cannot_be_confirmed()
    {
        var plan = Plan(
            new Stock(5, 0, 5, 0, 0, SaleRules.Open),
            [Pending(Order(5, 2)), Change(10, BookingOperation.Confirm), Change(10, BookingOperation.Release), Change(11, BookingOperation.Confirm)],
            Hold(10, 1, 2, expiresIn: 0), Hold(11, 1, 3, expiresIn: 0.000001));

        Outcomes(plan, 4, 20).Take(2).Should().Equal(new BookingOutcome.Booked(20), new BookingOutcome.WrongStatus(BookingStatus.Expired));
        plan.OutcomeOf(2, [20]).Should().BeOfType<BookingOutcome.Changed>().Which.Should().Match<BookingOutcome.Changed>(released => released.Returned == 0 && released.Replayed);
        plan.OutcomeOf(3, [20]).Should().BeOfType<BookingOutcome.Changed>();
        plan.Left.Should().Be(new Stock(5, 0, 0, 2, 1, SaleRules.Open));
        plan.Lags.Should().Equal(TimeSpan.Zero);
    }

    [Fact]
    public void A_hold_is_not_a_booking_to_its_own_key()
    {
        var hold = Order(1, 2, "a") with { HoldSeconds = 300 };
        var plan = Plan(
            new Stock(5, 3, 2, 0, 0, SaleRules.Open),
            [Pending(Order(1, 2, "a")), Pending(hold), Pending(hold with { HoldSeconds = 200 }), Pending(hold with { IdempotencyKey = "b" }), Pending(Order(1, 2, "b"))],
            Hold(10, 1, 2, key: "a"));

        var outcomes = Outcomes(plan, 5, 20).ToList();
        outcomes[0].Should().Be(BookingOutcome.KeyReused.Instance);
        outcomes[1].Should().BeOfType<BookingOutcome.Held>().Which.Should().Match<BookingOutcome.Held>(held => held.Replayed && held.BookingId == 10);
        outcomes[2].Should().Be(BookingOutcome.KeyReused.Instance);
        outcomes[3].Should().BeOfType<BookingOutcome.Held>().Which.Hold.Should().Match<BookingState>(
            made => made.BookingId == 20 && made.ExpiresAt == _now.AddSeconds(300) && made.ExpiresInSeconds == 300);
        outcomes[4].Should().Be(BookingOutcome.KeyReused.Instance);
        plan.Change.Should().Be(new StockChange(-2, 2, 0));
    }

    [Fact]
    public void Nothing_is_held_or_changed_while_the_previous_version_may_sell_the_event()
    {
        var plan = Plan(
            new Stock(5, 3, 0, null, 0, SaleRules.Open),
            [Pending(Order(1) with { HoldSeconds = 300 }), Change(12, BookingOperation.Cancel), Pending(Order(1))],
            Booking.Stored(12, 2, Event, 2, null, _now));

        Outcomes(plan, 3, 20).Should().Equal(BookingOutcome.UpgradeInProgress.Instance, BookingOutcome.UpgradeInProgress.Instance, new BookingOutcome.Booked(20));
    }

    [Fact]
    public void A_paused_sale_extends_nothing_and_goes_on_with_the_rest()
    {
        var plan = Plan(
            new Stock(9, 0, 9, 0, 0, SaleRules.Open with { State = SaleState.Paused }),
            [Change(10, BookingOperation.Extend, 600), Change(10, BookingOperation.Confirm), Change(11, BookingOperation.Release), Change(10, BookingOperation.Extend, 600)],
            Hold(10, 1, 2), Hold(11, 1, 2));

        var outcomes = Outcomes(plan, 4).ToList();
        outcomes[0].Should().Be(BookingOutcome.Paused.Instance);
        outcomes[1].Should().BeOfType<BookingOutcome.Changed>();
        outcomes[2].Should().BeOfType<BookingOutcome.Changed>();
        outcomes[3].Should().Be(new BookingOutcome.WrongStatus(BookingStatus.Confirmed));
    }

    [Fact]
    public void A_user_whose_tickets_come_back_can_order_that_many_again()
    {
        var plan = new BatchPlan(
            Event,
            new(
                new Stock(100, 50, 2, 0, 0, SaleRules.Open with { MaxPerUser = 4 }), _now,
                new Dictionary<long, Booking> { [10] = Hold(10, 1, 2) }, new Dictionary<int, int> { [1] = 4 }),
            [Change(10, BookingOperation.Release), Pending(Order(1, 2)), Pending(Order(1))]);

        Outcomes(plan, 3, 20).Skip(1).Should().Equal(new BookingOutcome.Booked(20), new BookingOutcome.LimitReached(0));
    }

    [Fact]
    public void A_booking_of_another_event_is_not_there()
    {
        var plan = Plan(new Stock(9, 0, 9, 0, 0, SaleRules.Open), [Change(10, BookingOperation.Confirm), Change(99, BookingOperation.Confirm)], Booking.Stored(10, 1, 8, 2, null, _now));
        Outcomes(plan, 2).Should().OnlyContain(outcome => outcome == BookingOutcome.BookingNotFound.Instance);
        plan.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Orders_are_served_in_the_order_of_their_arrival()
    {
        var plan = Plan(available: 3, [Order(1, 2), Order(2, 2), Order(3, 1), Order(4, 1)]);

        plan.ToInsert.Select(order => order.UserId).Should().Equal(1, 3);
        plan.Change.Available.Should().Be(-3);
        Outcomes(plan, 4, 11, 13).Should().Equal(
            new BookingOutcome.Booked(11),
            new BookingOutcome.NotEnoughTickets(1),
            new BookingOutcome.Booked(13),
            new BookingOutcome.SoldOut());
    }

    [Fact]
    public void Without_stock_everybody_is_refused_and_nothing_is_inserted()
    {
        var plan = Plan(available: 0, [Order(1), Order(2)]);
        plan.ToInsert.Should().BeEmpty();
        Outcomes(plan, 2).Should().OnlyContain(outcome => outcome == new BookingOutcome.SoldOut(0));
    }

    [Fact]
    public void A_key_that_has_booked_before_answers_its_booking_even_without_stock()
    {
        var plan = Plan(available: 0, [Order(1, key: "a"), Order(2, key: "a")], Booking.Stored(5, 1, 7, 1, "a", default));

        plan.ToInsert.Should().BeEmpty();
        Outcomes(plan, 2).Should().Equal(new BookingOutcome.Booked(5, Replayed: true), BookingOutcome.KeyReused.Instance);
    }

    [Fact]
    public void Repetitions_in_one_batch_share_one_booking()
    {
        var plan = Plan(available: 10, [Order(1, 2, "a"), Order(1, 2, "a"), Order(1, 3, "a"), Order(2, 2, "a")]);

        plan.ToInsert.Should().ContainSingle();
        plan.Change.Available.Should().Be(-2);
        Outcomes(plan, 4, 9).Should().Equal(
            new BookingOutcome.Booked(9), new BookingOutcome.Booked(9, Replayed: true), BookingOutcome.KeyReused.Instance, BookingOutcome.KeyReused.Instance);
    }

    [Fact]
    public void A_key_that_was_refused_in_the_batch_is_still_unused()
    {
        var plan = Plan(available: 1, [Order(1, 2, "a"), Order(1, 1, "a")]);
        Outcomes(plan, 2, 9).Should().Equal(new BookingOutcome.NotEnoughTickets(1), new BookingOutcome.Booked(9));
    }

    [Fact]
    public void A_limit_per_user_counts_what_he_has_and_what_the_batch_gives_him()
    {
        var plan = new BatchPlan(
            Event,
            new(new Stock(100, 100, 0, 0, 0, SaleRules.Open with { MaxPerUser = 4 }), default, new Dictionary<long, Booking>(), new Dictionary<int, int> { [1] = 3 }),
            [.. new[] { Order(1, 2), Order(1), Order(1), Order(2, 3), Order(2, 2), Order(2) }.Select(Pending)]);

        Outcomes(plan, 6, 5, 6, 7).Should().Equal(
            new BookingOutcome.LimitReached(1), new BookingOutcome.Booked(5), new BookingOutcome.LimitReached(0),
            new BookingOutcome.Booked(6), new BookingOutcome.LimitReached(1), new BookingOutcome.Booked(7));
    }

    [Fact]
    public void While_tickets_are_not_on_sale_only_earlier_bookings_are_answered()
    {
        var plan = new BatchPlan(
            Event,
            new(
                new Stock(9, 9, 0, 0, 0, SaleRules.Open with { State = SaleState.Paused }), default,
                new Dictionary<long, Booking> { [5] = Booking.Stored(5, 1, 7, 1, "a", default) }, new Dictionary<int, int>()),
            [.. new[] { Order(1, 1, "a"), Order(2, 1, "b") }.Select(Pending)]);

        Outcomes(plan, 2).Should().Equal(new BookingOutcome.Booked(5, Replayed: true), BookingOutcome.Paused.Instance);
    }

    [Fact]
    public void Keys_differ_by_case() => Plan(available: 2, [Order(1, 1, "a"), Order(1, 1, "A")]).ToInsert.Should().HaveCount(2);

    [Fact]
    public void Only_answers_of_earlier_bookings_are_certain_before_the_commit()
    {
        var plan = Plan(available: 1, [Order(1, 1, "a"), Order(2), Order(3)], Booking.Stored(5, 1, 7, 1, "a", default));
        plan.CertainOutcomeOf(0).Should().Be(new BookingOutcome.Booked(5, Replayed: true));
        plan.CertainOutcomeOf(1).Should().BeNull();
        plan.CertainOutcomeOf(2).Should().BeNull("the stock comes back when the batch is not committed");
        Enumerable.Range(0, 3).Select(plan.IsWritten).Should().Equal(false, true, false);
    }

    private static BookTicketCommand Order(int user, int quantity = 1, string? key = null) => new(user, 7, quantity) { IdempotencyKey = key };

    private static BatchPlan Plan(int available, BookTicketCommand[] orders, params Booking[] earlier) =>
        Plan(new Stock(available, available, 0, 0, 0, SaleRules.Open), [.. orders.Select(Pending)], earlier);

    private static BatchPlan Plan(Stock stock, Pending[] requests, params Booking[] bookings) => new(
        Event, new BatchStart(stock, _now, bookings.ToDictionary(booking => booking.Id), new Dictionary<int, int>()), requests);

    private static PendingOrder Pending(BookTicketCommand order) => new(order, TimeProvider.System, CancellationToken.None);

    private static PendingChange Change(long id, BookingOperation operation, int seconds = 0) =>
        new(new(id, operation, seconds), maxHoldSeconds: 1800, TimeProvider.System, CancellationToken.None);

    private static Booking Hold(long id, int user, int quantity, double expiresIn = 60, string? key = null) =>
        Booking.Stored(id, user, Event, quantity, key, _now.AddMinutes(-5), 300, BookingStatus.Held, _now.AddSeconds(expiresIn));

    private static IEnumerable<BookingOutcome> Outcomes(BatchPlan plan, int count, params long[] ids) =>
        Enumerable.Range(0, count).Select(index => plan.OutcomeOf(index, ids));
}
