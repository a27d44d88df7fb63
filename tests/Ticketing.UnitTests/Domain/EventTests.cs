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

        @event.Sell(3);
        @event.Sell(7);

        @event.AvailableTickets.Should().Be(0);
        @event.Version.Should().Be(2);
    }

    [Fact]
    public void More_than_there_is_cannot_be_sold_and_nothing_changes()
    {
        var @event = Event.SetUp("Concert", 2, BookingStrategy.RowVersion, _now);

        FluentActions.Invoking(() => @event.Sell(3)).Should().Throw<NotEnoughTicketsException>().WithMessage("3 tickets cannot be taken from 2.")
            .Which.Should().BeEquivalentTo(new { Available = 2, Quantity = 3 });

        @event.AvailableTickets.Should().Be(2);
        @event.Version.Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Taking_nothing_is_refused(int quantity) =>
        FluentActions.Invoking(() => Event.SetUp("Concert", 2, BookingStrategy.RowVersion, _now).Sell(quantity))
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
