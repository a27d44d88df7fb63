using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>What a batch decides, in the order of arrival.</summary>
public sealed class BatchPlanTests
{
    [Fact]
    public void Orders_are_served_in_the_order_of_their_arrival()
    {
        var plan = Plan(available: 3, [Order(1, 2), Order(2, 2), Order(3, 1), Order(4, 1)]);

        plan.ToInsert.Select(order => order.UserId).Should().Equal(1, 3);
        plan.Taken.Should().Be(3);
        Outcomes(plan, 4, 11, 13).Should().Equal(
            new BookingOutcome.Booked(11),
            new BookingOutcome.NotEnoughTickets(1),
            new BookingOutcome.Booked(13),
            BookingOutcome.SoldOut.Instance);
    }

    [Fact]
    public void Without_stock_everybody_is_refused_and_nothing_is_inserted()
    {
        var plan = Plan(available: 0, [Order(1), Order(2)]);
        plan.ToInsert.Should().BeEmpty();
        Outcomes(plan, 2).Should().OnlyContain(outcome => outcome == BookingOutcome.SoldOut.Instance);
    }

    [Fact]
    public void A_key_that_has_booked_before_answers_its_booking_even_without_stock()
    {
        var plan = Plan(available: 0, [Order(1, key: "a"), Order(2, key: "a")], ("a", Booking.Stored(5, 1, 7, 1, "a", default)));

        plan.ToInsert.Should().BeEmpty();
        Outcomes(plan, 2).Should().Equal(new BookingOutcome.Booked(5, Replayed: true), BookingOutcome.KeyReused.Instance);
    }

    [Fact]
    public void Repetitions_in_one_batch_share_one_booking()
    {
        var plan = Plan(available: 10, [Order(1, 2, "a"), Order(1, 2, "a"), Order(1, 3, "a"), Order(2, 2, "a")]);

        plan.ToInsert.Should().ContainSingle();
        plan.Taken.Should().Be(2);
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
            new(new Stock(100, 100, 0, 0, 0, SaleRules.Open with { MaxPerUser = 4 }), default, new Dictionary<string, Booking>()),
            new Dictionary<int, int> { [1] = 3 },
            [.. new[] { Order(1, 2), Order(1), Order(1), Order(2, 3), Order(2, 2), Order(2) }.Select(Pending)]);

        Outcomes(plan, 6, 5, 6, 7).Should().Equal(
            new BookingOutcome.LimitReached(1), new BookingOutcome.Booked(5), new BookingOutcome.LimitReached(0),
            new BookingOutcome.Booked(6), new BookingOutcome.LimitReached(1), new BookingOutcome.Booked(7));
    }

    [Fact]
    public void While_tickets_are_not_on_sale_only_earlier_bookings_are_answered()
    {
        var plan = new BatchPlan(
            new(new Stock(9, 9, 0, 0, 0, SaleRules.Open with { State = SaleState.Paused }), default, new Dictionary<string, Booking> { ["a"] = Booking.Stored(5, 1, 7, 1, "a", default) }),
            owned: null,
            [.. new[] { Order(1, 1, "a"), Order(2, 1, "b") }.Select(Pending)]);

        Outcomes(plan, 2).Should().Equal(new BookingOutcome.Booked(5, Replayed: true), BookingOutcome.Paused.Instance);
    }

    [Fact]
    public void Keys_differ_by_case() => Plan(available: 2, [Order(1, 1, "a"), Order(1, 1, "A")]).ToInsert.Should().HaveCount(2);

    [Fact]
    public void Only_answers_of_earlier_bookings_are_certain_before_the_commit()
    {
        var plan = Plan(available: 1, [Order(1, 1, "a"), Order(2), Order(3)], ("a", Booking.Stored(5, 1, 7, 1, "a", default)));
        plan.CertainOutcomeOf(0).Should().Be(new BookingOutcome.Booked(5, Replayed: true));
        plan.CertainOutcomeOf(1).Should().BeNull();
        plan.CertainOutcomeOf(2).Should().BeNull("the stock comes back when the batch is not committed");
        Enumerable.Range(0, 3).Select(plan.IsBookedInThisBatch).Should().Equal(false, true, false);
    }

    private static BookTicketCommand Order(int user, int quantity = 1, string? key = null) => new(user, 7, quantity) { IdempotencyKey = key };

    private static BatchPlan Plan(int available, BookTicketCommand[] orders, params (string Key, Booking Booking)[] earlier) => new(
        new BatchStart(new Stock(available, available, 0, 0, 0, SaleRules.Open), default, earlier.ToDictionary(pair => pair.Key, pair => pair.Booking)),
        owned: null,
        [.. orders.Select(Pending)]);

    private static PendingOrder Pending(BookTicketCommand order) => new(order, TimeProvider.System, CancellationToken.None);

    private static IEnumerable<BookingOutcome> Outcomes(BatchPlan plan, int count, params long[] ids) =>
        Enumerable.Range(0, count).Select(index => plan.OutcomeOf(index, ids));
}
