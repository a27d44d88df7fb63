using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.UnitTests.Domain;

public sealed class SaleRulesTests
{
    private static readonly DateTime _now = new(2026, 11, 28, 20, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(SaleState.OnSale, null, null, SaleState.OnSale)]
    [InlineData(SaleState.OnSale, 1, null, SaleState.Scheduled)]
    [InlineData(SaleState.OnSale, 0, null, SaleState.OnSale)]
    [InlineData(SaleState.OnSale, null, 1, SaleState.OnSale)]
    [InlineData(SaleState.OnSale, null, 0, SaleState.Ended)]
    [InlineData(SaleState.OnSale, -2, -1, SaleState.Ended)]
    [InlineData(SaleState.Paused, null, null, SaleState.Paused)]
    [InlineData(SaleState.Paused, 1, 2, SaleState.Paused)]
    [InlineData(SaleState.Paused, null, -1, SaleState.Ended)]
    [InlineData(SaleState.Ended, null, null, SaleState.Ended)]
    [InlineData(SaleState.Ended, 1, 2, SaleState.Ended)]
    public void The_state_follows_from_what_was_set_and_from_the_time(SaleState set, int? startsIn, int? endsIn, SaleState expected) =>
        new SaleRules(set, null, Hours(startsIn), Hours(endsIn)).At(_now).Should().Be(expected);

    [Theory]
    [InlineData(null, 100, 10, null)]
    [InlineData(4, 0, 4, null)]
    [InlineData(4, 2, 3, 2)]
    [InlineData(4, 4, 1, 0)]
    [InlineData(4, 6, 1, 0)]
    public void A_user_has_at_most_as_many_tickets_as_the_limit(int? limit, int owned, int quantity, int? remaining) =>
        BookingOutcome.RefusalByLimit(SaleRules.Open with { MaxPerUser = limit }, owned, quantity)
            .Should().Be(remaining is { } rest ? new BookingOutcome.LimitReached(rest) : null);

    [Fact]
    public void The_names_are_those_of_the_contract() =>
        Enum.GetValues<SaleState>().Select(state => (state.Name(), SaleStateNames.Parse(state.Name())))
            .Should().Equal(("on_sale", SaleState.OnSale), ("paused", SaleState.Paused), ("ended", SaleState.Ended), ("scheduled", SaleState.Scheduled));

    private static DateTime? Hours(int? hours) => hours is { } some ? _now.AddHours(some) : null;
}
