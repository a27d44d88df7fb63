using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.UnitTests.Application;

public sealed class BookingOutcomeTests
{
    [Fact]
    public void Enough_tickets_are_no_refusal() => BookingOutcome.Refusal(2, 2).Should().BeNull();

    [Fact]
    public void Too_few_tickets_give_not_enough_tickets() => BookingOutcome.Refusal(1, 2).Should().Be(new BookingOutcome.NotEnoughTickets(1));

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void An_empty_stock_is_sold_out(int available) => BookingOutcome.Refusal(available, 1).Should().Be(BookingOutcome.SoldOut.Instance);
}
