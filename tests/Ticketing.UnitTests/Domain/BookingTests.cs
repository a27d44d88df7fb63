using Ticketing.Domain;

namespace Ticketing.UnitTests.Domain;

public sealed class BookingTests
{
    private static readonly DateTime _now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(11)]
    public void An_impossible_quantity_is_refused(int quantity) =>
        FluentActions.Invoking(() => new Booking(1, 1, quantity, null, _now)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(1, 2, 3, true)]
    [InlineData(9, 2, 3, false)]
    [InlineData(1, 9, 3, false)]
    [InlineData(1, 2, 9, false)]
    public void A_key_belongs_to_one_order(int userId, int eventId, int quantity, bool same)
    {
        new Booking(1, 2, 3, "key", _now).IsFor(userId, eventId, quantity, null).Should().Be(same);
        new Booking(1, 2, 3, "key", _now).IsFor(userId, eventId, quantity, 60).Should().BeFalse();
        new Booking(1, 2, 3, "key", _now, 60).IsFor(userId, eventId, quantity, 60).Should().Be(same);
        new Booking(1, 2, 3, "key", _now, 60).IsFor(userId, eventId, quantity, 61).Should().BeFalse();
    }
}
