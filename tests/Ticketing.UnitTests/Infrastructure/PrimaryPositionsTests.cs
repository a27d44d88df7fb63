using Ticketing.Infrastructure.Database.MariaDb;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>How old a replica's data is, by where it is and where the primary was.</summary>
public sealed class PrimaryPositionsTests
{
    private readonly PrimaryPositions _positions = new();

    [Theory]
    [InlineData("", null)]
    [InlineData("0-1-9", null)]
    [InlineData("0-1-10", 1L)]
    [InlineData("0-1-19", 1L)]
    [InlineData("0-2-20", 2L)]
    [InlineData("0-1-31,5-1-1", 3L)]
    public void It_is_as_old_as_the_last_position_that_it_has_reached(string replica, long? expected)
    {
        Add(1, "0-1-10");
        Add(2, "0-1-20");
        Add(3, "0-1-30");

        _positions.TimeOf(GtidPosition.Parse(replica)).Should().Be(expected);
    }

    [Fact]
    public void Of_several_domains_all_must_be_reached()
    {
        Add(1, "0-1-10");
        Add(2, "0-1-10,1-1-5");

        _positions.TimeOf(GtidPosition.Parse("0-1-10")).Should().Be(1);
        _positions.TimeOf(GtidPosition.Parse("0-1-10,1-1-4")).Should().Be(1);
        _positions.TimeOf(GtidPosition.Parse("1-1-5,0-1-10")).Should().Be(2);
    }

    [Fact]
    public void Without_commits_it_is_as_old_as_the_last_question()
    {
        Add(1, "0-1-10");
        Add(2, "0-1-10");

        _positions.TimeOf(GtidPosition.Parse("0-1-10")).Should().Be(2);
    }

    [Fact]
    public void A_primary_that_goes_back_is_another_one()
    {
        Add(1, "0-1-100");
        Add(2, "0-1-50");

        _positions.TimeOf(GtidPosition.Parse("0-1-49")).Should().BeNull();
        GtidPosition.Parse("0-1-100").IsAheadOf(GtidPosition.Parse("0-1-50")).Should().BeTrue("the replica is that of the old one");
        GtidPosition.Parse("0-1-50,3-1-7").IsAheadOf(GtidPosition.Parse("0-1-50")).Should().BeFalse("it may have other sources");
    }

    private void Add(long at, string position) => _positions.Add(at, GtidPosition.Parse(position));
}
