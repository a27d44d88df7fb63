using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.UnitTests.Application;

public sealed class BookingOutcomeTests
{
    [Fact]
    public void Enough_tickets_are_no_refusal() => BookingOutcome.Refusal(2, held: 3, 2).Should().BeNull();

    [Fact]
    public void Too_few_tickets_give_not_enough_tickets() => BookingOutcome.Refusal(1, held: 3, 2).Should().Be(new BookingOutcome.NotEnoughTickets(1, 3));

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void An_empty_stock_is_sold_out(int available) => BookingOutcome.Refusal(available, held: 3, 1).Should().Be(new BookingOutcome.SoldOut(3));
}
