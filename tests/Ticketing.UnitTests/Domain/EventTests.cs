using Ticketing.Domain;

namespace Ticketing.UnitTests.Domain;

public sealed class EventTests
{
    private static readonly DateTime _now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_new_event_has_all_of_its_tickets()
    {
        var @event = Event.SetUp("Concert", 100, BookingStrategy.ForUpdate, _now);

        @event.AvailableTickets.Should().Be(100);
        @event.TotalTickets.Should().Be(100);
        @event.Version.Should().Be(0);
        @event.Strategy.Should().Be(BookingStrategy.ForUpdate);
        @event.CreatedAt.Should().Be(_now);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_000_001)]
    public void An_impossible_stock_is_refused(int tickets) =>
        FluentActions.Invoking(() => Event.SetUp("Concert", tickets, BookingStrategy.Naive, _now)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void A_blank_name_is_refused(string name) =>
        FluentActions.Invoking(() => Event.SetUp(name, 1, BookingStrategy.Naive, _now)).Should().Throw<ArgumentException>();

    [Fact]
    public void A_name_that_is_too_long_is_refused() =>
        FluentActions.Invoking(() => Event.SetUp(new string('x', 201), 1, BookingStrategy.Naive, _now)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Selling_tickets_reduces_the_stock_and_counts_the_change()
    {
        var @event = Event.SetUp("Concert", 10, BookingStrategy.RowVersion, _now);

        @event.Take(3, BookingStatus.Confirmed);
        @event.Take(7, BookingStatus.Confirmed);

        @event.AvailableTickets.Should().Be(0);
        @event.Version.Should().Be(2);
    }

    [Theory]
    [InlineData(20, true, 13)]
    [InlineData(7, true, 0)]
    [InlineData(6, false, 3)]
    public void The_stock_changes_but_not_below_what_is_sold(int total, bool isChanged, int available)
    {
        var @event = Event.SetUp("Concert", 10, BookingStrategy.RowVersion, _now);
        @event.Take(7, BookingStatus.Confirmed);

        @event.TryChangeTotal(total).Should().Be(isChanged);

        @event.AvailableTickets.Should().Be(available);
        @event.Stock.Sold.Should().Be(7);
        @event.Version.Should().Be(isChanged ? 2 : 1);
    }

    [Fact]
    public void A_sale_that_has_ended_stays_ended()
    {
        var @event = Event.SetUp("Concert", 10, BookingStrategy.RowVersion, _now);
        @event.TryChangeRules(SaleRules.Open with { State = SaleState.Paused }).Should().BeTrue();
        @event.TryChangeRules(SaleRules.Open with { State = SaleState.Ended }).Should().BeTrue();

        @event.TryChangeRules(SaleRules.Open).Should().BeFalse();
        @event.TryChangeRules(SaleRules.Open with { State = SaleState.Ended, MaxPerUser = 2 }).Should().BeTrue("the limit says how many a user may have");

        @event.State.Should().Be(SaleState.Ended);
        @event.Version.Should().Be(3);
    }

    [Fact]
    public void More_than_there_is_cannot_be_sold_and_nothing_changes()
    {
        var @event = Event.SetUp("Concert", 2, BookingStrategy.RowVersion, _now);

        FluentActions.Invoking(() => @event.Take(3, BookingStatus.Confirmed)).Should().Throw<NotEnoughTicketsException>().WithMessage("3 tickets cannot be taken from 2.")
            .Which.Should().BeEquivalentTo(new { Available = 2, Quantity = 3 });

        @event.AvailableTickets.Should().Be(2);
        @event.Version.Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Taking_nothing_is_refused(int quantity) =>
        FluentActions.Invoking(() => Event.SetUp("Concert", 2, BookingStrategy.RowVersion, _now).Take(quantity, BookingStatus.Confirmed))
            .Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(5, 5, Availability.Enough)]
    [InlineData(5, 1, Availability.Enough)]
    [InlineData(5, 6, Availability.NotEnough)]
    [InlineData(0, 1, Availability.SoldOut)]
    [InlineData(-3, 1, Availability.SoldOut)]
    public void Availability_depends_on_stock_and_quantity(int available, int quantity, Availability expected) =>
        Event.Check(available, quantity).Should().Be(expected);
}
