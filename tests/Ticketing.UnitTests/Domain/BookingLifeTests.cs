using Ticketing.Domain;

namespace Ticketing.UnitTests.Domain;

/// <summary>Every change of every status, and what it does to the stock.</summary>
public sealed class BookingLifeTests
{
    private static readonly DateTime _now = new(2030, 1, 31, 20, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(BookingStatus.Held, "confirm", Transition.Done, BookingStatus.Confirmed)]
    [InlineData(BookingStatus.Held, "release", Transition.Done, BookingStatus.Released)]
    [InlineData(BookingStatus.Held, "expire", Transition.Unchanged, BookingStatus.Held)]
    [InlineData(BookingStatus.Held, "extend", Transition.Done, BookingStatus.Held)]
    [InlineData(BookingStatus.Held, "cancel", Transition.Refused, BookingStatus.Held)]
    [InlineData(BookingStatus.Confirmed, "confirm", Transition.Unchanged, BookingStatus.Confirmed)]
    [InlineData(BookingStatus.Confirmed, "release", Transition.Refused, BookingStatus.Confirmed)]
    [InlineData(BookingStatus.Confirmed, "expire", Transition.Unchanged, BookingStatus.Confirmed)]
    [InlineData(BookingStatus.Confirmed, "extend", Transition.Refused, BookingStatus.Confirmed)]
    [InlineData(BookingStatus.Confirmed, "cancel", Transition.Done, BookingStatus.Cancelled)]
    [InlineData(BookingStatus.Released, "confirm", Transition.Refused, BookingStatus.Released)]
    [InlineData(BookingStatus.Released, "release", Transition.Unchanged, BookingStatus.Released)]
    [InlineData(BookingStatus.Released, "extend", Transition.Refused, BookingStatus.Released)]
    [InlineData(BookingStatus.Released, "cancel", Transition.Refused, BookingStatus.Released)]
    [InlineData(BookingStatus.Expired, "confirm", Transition.Refused, BookingStatus.Expired)]
    [InlineData(BookingStatus.Expired, "release", Transition.Unchanged, BookingStatus.Expired)]
    [InlineData(BookingStatus.Expired, "extend", Transition.Refused, BookingStatus.Expired)]
    [InlineData(BookingStatus.Expired, "cancel", Transition.Refused, BookingStatus.Expired)]
    [InlineData(BookingStatus.Cancelled, "confirm", Transition.Refused, BookingStatus.Cancelled)]
    [InlineData(BookingStatus.Cancelled, "release", Transition.Refused, BookingStatus.Cancelled)]
    [InlineData(BookingStatus.Cancelled, "extend", Transition.Refused, BookingStatus.Cancelled)]
    [InlineData(BookingStatus.Cancelled, "cancel", Transition.Unchanged, BookingStatus.Cancelled)]
    public void A_status_changes_as_the_contract_says(BookingStatus from, string operation, Transition expected, BookingStatus to)
    {
        var booking = Stored(from, from == BookingStatus.Held ? _now.AddSeconds(1) : null);

        Do(booking, operation).Should().Be(expected);

        booking.Status.Should().Be(to);
        (booking.ExpiresAt is null).Should().Be(to != BookingStatus.Held, "only a hold expires");
        booking.ChangedAt.Should().Be(expected == Transition.Done ? _now : null);
    }

    [Theory]
    [InlineData("confirm", Transition.Refused)]
    [InlineData("release", Transition.Unchanged)]
    [InlineData("expire", Transition.Done)]
    [InlineData("extend", Transition.Refused)]
    [InlineData("cancel", Transition.Refused)]
    public void A_hold_whose_time_is_over_can_only_expire(string operation, Transition expected)
    {
        var booking = Stored(BookingStatus.Held, _now);
        booking.IsDue(_now).Should().BeTrue();
        booking.IsDue(_now.AddTicks(-1)).Should().BeFalse();

        Do(booking, operation).Should().Be(expected);

        booking.Status.Should().Be(operation == "cancel" ? BookingStatus.Held : BookingStatus.Expired);
    }

    [Fact]
    public void An_extension_never_makes_a_hold_shorter_or_longer_than_the_event_allows()
    {
        var booking = new Booking(1, 7, 2, null, _now, holdSeconds: 300);

        booking.Extend(_now.AddSeconds(10), 100, maxSeconds: 600).Should().Be(Transition.Unchanged);
        booking.ExpiresAt.Should().Be(_now.AddSeconds(300));
        booking.Extend(_now.AddSeconds(10), 590, maxSeconds: 600).Should().Be(Transition.Done);
        booking.ExpiresAt.Should().Be(_now.AddSeconds(600));
        booking.Extend(_now.AddSeconds(11), 590, maxSeconds: 600).Should().Be(Transition.Refused);
        booking.Status.Should().Be(BookingStatus.Held);
        booking.ExpiresAt.Should().Be(_now.AddSeconds(600));
    }

    [Fact]
    public void Every_change_leaves_available_held_and_sold_tickets_at_the_total()
    {
        var start = new Stock(100, 50, 20, 10, 3, SaleRules.Open);
        foreach (var from in Enum.GetValues<BookingStatus>())
        {
            foreach (var to in Enum.GetValues<BookingStatus>())
            {
                var left = start.After(StockChange.Between(from, to, 4));

                (left.Available + left.Held + left.Sold).Should().Be(100);
                left.Held.Should().Be(20 - (from == BookingStatus.Held ? 4 : 0) + (to == BookingStatus.Held ? 4 : 0));
                left.Sold.Should().Be(30 - (from == BookingStatus.Confirmed ? 4 : 0) + (to == BookingStatus.Confirmed ? 4 : 0));
                left.Bookings.Should().Be(10 - (from == BookingStatus.Confirmed ? 1 : 0) + (to == BookingStatus.Confirmed ? 1 : 0));
                left.Version.Should().Be(4);
            }
        }
    }

    [Fact]
    public void A_name_that_is_not_a_status_is_refused() => FluentActions.Invoking(() => BookingStatusNames.Parse("sold")).Should().Throw<ArgumentException>();

    private static Transition Do(Booking booking, string operation) => operation switch
    {
        "confirm" => booking.Confirm(_now),
        "release" => booking.Release(_now),
        "expire" => booking.Expire(_now),
        "extend" => booking.Extend(_now, 60, 1800),
        "cancel" => booking.Cancel(_now),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private static Booking Stored(BookingStatus status, DateTime? expiresAt) =>
        Booking.Stored(1, 1, 7, 2, null, _now.AddMinutes(-1), 61, status, expiresAt);
}
