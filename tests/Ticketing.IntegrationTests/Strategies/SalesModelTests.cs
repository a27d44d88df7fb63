using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>The model finds what is wrong with a sale, or the tests that lean on it prove nothing.</summary>
public sealed class SalesModelTests
{
    private static readonly BookingOutcome _soldOut = new BookingOutcome.SoldOut();
    private static readonly BookingOutcome _reused = BookingOutcome.KeyReused.Instance;

    private readonly SalesModel _model;
    private long _now;
    private readonly Sale _sale = new(EventId: 7, Total: 3, BookingStrategy.Batched);

    public SalesModelTests()
    {
        _model = new(() => _now);
        _model.Add(_sale);
    }

    [Fact]
    public void A_sale_in_which_all_is_right_is_accepted()
    {
        var early = _model.Begin();
        Answer(Order(1, 2, "a"), Booked(1));
        Answer(Order(1, 2, "a"), Booked(1, replayed: true));
        Answer(Order(2, 2, "a"), _reused);
        Answer(Order(2, 2), Few(1));
        Answer(Order(3), Booked(2));
        Answer(Order(4), _soldOut);
        _model.End(early, Order(5), _soldOut); // it was under way all the time

        _model.CheckAnswers();
        _model.CheckRows(_sale, [Row(1, Order(1, 2, "a")), Row(2, Order(3))], available: 0);
    }

    [Fact]
    public void Sold_out_while_tickets_are_left_is_found()
    {
        Answer(Order(1, 2), Booked(1));
        Answer(Order(2), _soldOut);
        Answer(Order(3), Booked(2));

        ShouldFind("*UserId = 2*was told that all is sold, when at least 1 of 3 tickets were left*", _model.CheckAnswers);
    }

    [Fact]
    public void Sold_out_is_right_while_the_last_order_is_under_way()
    {
        var last = _model.Begin();
        Answer(Order(2), _soldOut);
        _model.End(last, Order(1, 3), Booked(1));

        _model.CheckAnswers();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Another_number_of_tickets_than_there_can_be_is_found(int told)
    {
        Answer(Order(1), Booked(1));
        Answer(Order(2, 4), Few(told));

        ShouldFind("*so many were left while*", _model.CheckAnswers);
    }

    [Fact]
    public void Too_few_tickets_for_an_order_that_they_are_enough_for_is_found()
    {
        Answer(Order(1), Booked(1));
        Answer(Order(2, 2), Few(2));

        ShouldFind("*would have been served*", _model.CheckAnswers);
    }

    [Fact]
    public void A_key_that_is_called_used_up_and_is_not_is_found()
    {
        Answer(Order(1, key: "a"), _reused);

        ShouldFind("*nothing was booked with it*", _model.CheckAnswers);
    }

    [Fact]
    public void A_key_that_is_called_used_up_to_its_own_order_is_found()
    {
        Answer(Order(1, key: "a"), Booked(1));
        Answer(Order(1, key: "a"), _reused);

        ShouldFind("*the very order*", _model.CheckAnswers);
    }

    [Fact]
    public void A_key_that_is_called_used_up_too_early_is_found()
    {
        Answer(Order(1, key: "a"), _reused);
        Answer(Order(2, key: "a"), Booked(1));

        ShouldFind("*before it was*", _model.CheckAnswers);
    }

    [Fact]
    public void A_second_booking_with_one_key_is_found()
    {
        Answer(Order(1, key: "a"), Booked(1));
        Answer(Order(1, key: "a"), Booked(2));

        ShouldFind("*one key makes one booking*", _model.CheckAnswers);
    }

    [Fact]
    public void A_refusal_of_a_key_that_has_booked_is_found()
    {
        Answer(Order(1, 3, "a"), Booked(1));
        Answer(Order(1, 3, "a"), _soldOut);

        ShouldFind("*had booked before*", _model.CheckAnswers);
    }

    [Fact]
    public void A_booking_that_was_told_to_two_buyers_is_found()
    {
        Answer(Order(1), Booked(1));
        Answer(Order(2), Booked(1));

        ShouldFind("*belongs to one order*", _model.CheckAnswers);
    }

    [Fact]
    public void A_repetition_of_a_booking_that_nobody_made_is_found()
    {
        Answer(Order(1, key: "a"), Booked(1, replayed: true));

        ShouldFind("*one request made booking 1*", _model.CheckAnswers);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Another_number_of_tickets_than_the_limit_leaves_is_found(int told, bool isRight)
    {
        var limited = new Sale(EventId: 8, Total: 100, BookingStrategy.Batched, MaxPerUser: 3);
        _model.Add(limited);
        Answer(Order(1, 2) with { EventId = 8 }, Booked(1));
        Answer(Order(2, 3) with { EventId = 8 }, Booked(2));
        Answer(Order(1, 3) with { EventId = 8 }, new BookingOutcome.LimitReached(told));

        if (isRight)
        {
            _model.CheckAnswers();
        }
        else
        {
            ShouldFind("*so many were left for the user*", _model.CheckAnswers);
        }
    }

    [Fact]
    public void A_user_with_more_tickets_than_the_limit_is_found()
    {
        var limited = new Sale(EventId: 8, Total: 100, BookingStrategy.Batched, MaxPerUser: 3);
        var order = Order(1, 4) with { EventId = 8 };
        _model.Add(limited);
        Answer(order, Booked(1));

        ShouldFind("*no user gets more than 3*", () => _model.CheckRows(limited, [Row(1, order)], available: 96));
    }

    [Fact]
    public async Task A_booking_during_a_pause_is_found()
    {
        await _model.PauseAsync(_sale, _ => Task.CompletedTask);
        Answer(Order(1), Booked(1));
        _model.CheckAnswers();

        var during = _model.PauseAsync(_sale, _ => Task.CompletedTask);
        Answer(Order(2), Booked(2)); // the pause has begun, and goes on for two milliseconds
        await during;

        ShouldFind("*while the sale was paused*", _model.CheckAnswers);
    }

    [Fact]
    public void A_pause_that_nobody_made_is_found()
    {
        Answer(Order(1), BookingOutcome.Paused.Instance);

        ShouldFind("*was told that the sale is paused*", _model.CheckAnswers);
    }

    [Fact]
    public void An_answer_that_a_sale_must_not_give_is_found()
    {
        Answer(Order(1), BookingOutcome.EventNotFound.Instance);

        ShouldFind("*must not end as*", _model.CheckAnswers);
    }

    [Fact]
    public void Rows_that_are_not_what_was_told_are_found()
    {
        Answer(Order(1, 2), Booked(1));

        ShouldFind("*each confirmed booking is there once*", () => _model.CheckRows(_sale, [], available: 3));
        ShouldFind("*each confirmed booking is there once*", () => _model.CheckRows(_sale, [Row(1, Order(1))], available: 2));
        ShouldFind("*each confirmed booking is there once*", () => _model.CheckRows(_sale, [Row(1, Order(1, 2)), Row(2, Order(1))], available: 0));
        ShouldFind("*available = total - held - sold*", () => _model.CheckRows(_sale, [Row(1, Order(1, 2))], available: 2));
    }

    [Fact]
    public void An_oversold_event_is_found()
    {
        Answer(Order(1, 4), Booked(1));

        ShouldFind("*never oversells*", () => _model.CheckRows(_sale, [Row(1, Order(1, 4))], available: -1));
    }

    [Fact]
    public void A_life_in_which_all_is_right_is_accepted()
    {
        Answer(Order(1, 2) with { HoldSeconds = 60 }, Held(1, 2, expiresAt: 1000));
        Answer(Order(2, 2), Few(1));
        Answer(1, BookingOperation.Extend, Changed(1, BookingStatus.Held, expiresAt: 2000));
        Answer(1, BookingOperation.Confirm, Changed(1, BookingStatus.Confirmed));
        Answer(1, BookingOperation.Confirm, Changed(1, BookingStatus.Confirmed, replayed: true));
        Answer(1, BookingOperation.Release, new BookingOutcome.WrongStatus(BookingStatus.Confirmed));
        Answer(1, BookingOperation.Cancel, Changed(1, BookingStatus.Cancelled, returned: 2));
        Answer(Order(2, 3), Booked(2));

        _model.CheckAnswers();
        _model.CheckRows(_sale, [Row(1, Order(1, 2) with { HoldSeconds = 60 }, BookingStatus.Cancelled), Row(2, Order(2, 3))], available: 0);
    }

    [Fact]
    public void Sold_out_after_tickets_came_back_is_found()
    {
        Answer(Order(1, 3), Booked(1));
        Answer(Order(2), _soldOut);
        _model.CheckAnswers();

        Answer(1, BookingOperation.Cancel, Changed(1, BookingStatus.Cancelled, returned: 3));
        Answer(Order(2), _soldOut);
        ShouldFind("*was told that all is sold, when at least 3*", _model.CheckAnswers);
    }

    [Fact]
    public void Sold_out_after_the_deadline_of_a_hold_is_found()
    {
        _now = 10 * TimeSpan.TicksPerSecond;
        Answer(Order(1, 3) with { HoldSeconds = 60 }, Held(1, 3, expiresAt: 20 * TimeSpan.TicksPerSecond));
        Answer(Order(2), _soldOut);
        _model.CheckAnswers();

        _now = 21 * TimeSpan.TicksPerSecond;
        Answer(Order(2), _soldOut);
        ShouldFind("*was told that all is sold*", _model.CheckAnswers);
    }

    [Fact]
    public void A_confirmation_after_the_deadline_is_found()
    {
        _now = 10 * TimeSpan.TicksPerSecond;
        Answer(Order(1) with { HoldSeconds = 60 }, Held(1, 1, expiresAt: 20 * TimeSpan.TicksPerSecond));
        _now = 21 * TimeSpan.TicksPerSecond;
        Answer(1, BookingOperation.Confirm, Changed(1, BookingStatus.Confirmed));
        ShouldFind("*needs that it was Held*", _model.CheckAnswers);
    }

    [Fact]
    public void A_hold_that_expires_too_early_is_found()
    {
        _now = 10 * TimeSpan.TicksPerSecond;
        Answer(Order(1) with { HoldSeconds = 60 }, Held(1, 1, expiresAt: 20 * TimeSpan.TicksPerSecond));
        Answer(1, BookingOperation.Confirm, new BookingOutcome.WrongStatus(BookingStatus.Expired));
        ShouldFind("*refused because it is Expired*", _model.CheckAnswers);
    }

    [Fact]
    public void Tickets_that_come_back_twice_are_found()
    {
        Answer(Order(1, 2), Booked(1));
        Answer(1, BookingOperation.Cancel, Changed(1, BookingStatus.Cancelled, returned: 2));
        Answer(1, BookingOperation.Cancel, Changed(1, BookingStatus.Cancelled, returned: 2));
        ShouldFind("*becomes Cancelled once*", _model.CheckAnswers);
    }

    [Fact]
    public void A_hold_that_was_confirmed_and_released_is_found()
    {
        Answer(Order(1) with { HoldSeconds = 60 }, Held(1, 1, expiresAt: 1000));
        Answer(1, BookingOperation.Confirm, Changed(1, BookingStatus.Confirmed));
        Answer(1, BookingOperation.Release, Changed(1, BookingStatus.Released, returned: 1));
        ShouldFind("*confirmed and released*", _model.CheckAnswers);
    }

    [Fact]
    public void More_than_the_total_at_one_moment_is_found_although_it_came_back()
    {
        Answer(Order(1, 2) with { HoldSeconds = 60 }, Held(1, 2, expiresAt: DateTime.MaxValue.Ticks));
        Answer(Order(2, 2), Booked(2));
        Answer(1, BookingOperation.Release, Changed(1, BookingStatus.Released, returned: 2));
        ShouldFind("*never more than the total*", _model.CheckAnswers);
    }

    [Fact]
    public void A_row_in_another_state_than_was_told_is_found()
    {
        Answer(Order(1) with { HoldSeconds = 60 }, Held(1, 1, expiresAt: DateTime.MaxValue.Ticks));
        Answer(1, BookingOperation.Confirm, Changed(1, BookingStatus.Confirmed));
        ShouldFind("*its buyer was told that it is Confirmed*", () =>
            _model.CheckRows(_sale, [Row(1, Order(1) with { HoldSeconds = 60 }, BookingStatus.Expired)], available: 3));
    }

    private static BookTicketCommand Order(int user, int quantity = 1, string? key = null) => new(user, 7, quantity) { IdempotencyKey = key };

    private static BookingOutcome.Booked Booked(long id, bool replayed = false) => new(id, replayed);

    private static BookingOutcome.NotEnoughTickets Few(int available) => new(available);

    private static BookingOutcome.Held Held(long id, int quantity, long expiresAt) =>
        new(new(id, 7, 1, quantity, BookingStatus.Held, DateTime.UnixEpoch, new DateTime(expiresAt, DateTimeKind.Utc), 60, null));

    private static BookingOutcome.Changed Changed(long id, BookingStatus status, int returned = 0, bool replayed = false, long? expiresAt = null) => new(
        new(id, 7, 1, 1, status, DateTime.UnixEpoch, expiresAt is { } ticks ? new DateTime(ticks, DateTimeKind.Utc) : null, null, null), returned, replayed);

    private static Booking Row(long id, BookTicketCommand order, BookingStatus status = BookingStatus.Confirmed) =>
        Booking.Stored(id, order.UserId, order.EventId, order.Quantity, order.IdempotencyKey, DateTime.UnixEpoch, order.HoldSeconds, status);

    private static void ShouldFind(string message, Action check) => check.Should().Throw<Exception>().WithMessage(message);

    private void Answer(long id, BookingOperation operation, BookingOutcome outcome) => _model.End(_model.Begin(), new ChangeBookingCommand(id, operation), outcome);

    /// <summary>A request that begins after all that were answered before.</summary>
    private void Answer(BookTicketCommand order, BookingOutcome outcome) => _model.End(_model.Begin(), order, outcome);
}
