using Ticketing.Domain;

namespace Ticketing.UnitTests.Domain;

public sealed class BookingStrategyNamesTests
{
    [Fact]
    public void The_names_are_those_of_the_contract() =>
        BookingStrategyNames.All.Should().Equal("naive", "for_update", "row_version", "atomic_update", "distributed_lock", "batched", "queued");

    [Fact]
    public void Every_strategy_has_a_name_that_leads_back_to_it()
    {
        foreach (var strategy in Enum.GetValues<BookingStrategy>())
        {
            BookingStrategyNames.TryParse(strategy.Name(), out var found).Should().BeTrue();
            found.Should().Be(strategy);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("naive ")]
    [InlineData("optimistic")]
    public void Other_names_are_unknown(string? name) => BookingStrategyNames.TryParse(name, out _).Should().BeFalse();

    [Theory]
    [InlineData(-2)]
    [InlineData(7)]
    [InlineData(99)]
    public void A_value_outside_the_enumeration_has_no_name(int value) =>
        FluentActions.Invoking(() => ((BookingStrategy)value).Name()).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Not a booking strategy.*");
}
