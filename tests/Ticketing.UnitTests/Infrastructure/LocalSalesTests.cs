using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Sales;
using Ticketing.Domain;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>A cached status, completed with what was sold here, is what the database would say; or it is refused.</summary>
public sealed class LocalSalesTests
{
    private readonly LocalSales _sales = new(TimeProvider.System);

    [Fact]
    public void Bookings_since_the_reading_are_added_and_those_before_it_are_not()
    {
        Book(id: 5, quantity: 2);
        Book(id: 6, quantity: 3);
        Book(id: 7, quantity: 1);

        var status = _sales.Complete(Snapshot(sold: 10, newest: 5))!;

        status.TicketsSold.Should().Be(14);
        status.AvailableTickets.Should().Be(86);
        status.Bookings.Should().Be(12);
    }

    [Fact]
    public void Answers_may_come_in_another_order_than_the_commits()
    {
        foreach (var id in new[] { 9, 7, 8, 6 })
        {
            Book(id, quantity: 1);
        }

        _sales.Complete(Snapshot(sold: 2, newest: 7))!.TicketsSold.Should().Be(4);
        _sales.Complete(Snapshot(sold: 4, newest: 9))!.TicketsSold.Should().Be(4);
    }

    [Fact]
    public void A_reading_that_is_older_than_what_is_remembered_is_refused()
    {
        Book(id: 5, quantity: 1);
        Book(id: 6, quantity: 1);
        _sales.Complete(Snapshot(sold: 6, newest: 6)).Should().NotBeNull();

        _sales.Complete(Snapshot(sold: 4, newest: 4)).Should().BeNull("booking 5 has been forgotten by now");
    }

    [Fact]
    public void A_status_older_than_the_evicted_bookings_is_refused()
    {
        for (var id = 1; id <= 30_000; id++)
        {
            Book(id, quantity: 1);
        }

        _sales.Complete(Snapshot(sold: 0, newest: 0)).Should().BeNull();
        _sales.Complete(Snapshot(sold: 25_000, newest: 25_000))!.TicketsSold.Should().Be(30_000);
    }

    [Fact]
    public void A_status_of_an_evicted_event_is_refused()
    {
        Book(id: 1, quantity: 1);
        for (var other = 2; other <= 1001; other++)
        {
            _sales.WasDecided(new BookTicketCommand(1, other), new BookingOutcome.Booked(other));
        }

        _sales.Complete(Snapshot(sold: 0, newest: 0)).Should().BeNull();
        _sales.Complete(Snapshot(sold: 1, newest: 1)).Should().BeNull("nobody knows any more whether that is the newest");
    }

    [Fact]
    public void A_status_with_tickets_left_is_refused_after_sold_out()
    {
        _sales.WasDecided(new BookTicketCommand(1, 1), BookingOutcome.SoldOut.Instance);

        _sales.Complete(Snapshot(sold: 99, newest: 99)).Should().BeNull();
        _sales.Complete(Snapshot(sold: 100, newest: 100))!.AvailableTickets.Should().Be(0);
    }

    [Fact]
    public void A_replay_is_no_sale()
    {
        _sales.WasDecided(new BookTicketCommand(1, 1), new BookingOutcome.Booked(5, Replayed: true));

        _sales.Complete(Snapshot(sold: 3, newest: 3))!.TicketsSold.Should().Be(3);
    }

    [Fact]
    public void A_change_shows_at_once_when_idle_and_after_the_interval_otherwise()
    {
        var clock = new ManualClock();
        var changes = new LocalChanges(TimeSpan.FromSeconds(1), clock);
        changes.State.Should().BeEmpty();

        changes.Add();
        var first = changes.State;
        first.Should().NotBeEmpty();
        changes.Add();
        changes.State.Should().Be(first);

        clock.Advance(TimeSpan.FromSeconds(1));
        var second = changes.State;
        second.Should().NotBe(first, "the change is shown though none came after it");
        clock.Advance(TimeSpan.FromSeconds(5));
        changes.State.Should().Be(second);
        changes.Add();
        changes.State.Should().NotBe(second);
    }

    private void Book(long id, int quantity) =>
        _sales.WasDecided(new BookTicketCommand(1, 1, quantity), new BookingOutcome.Booked(id));

    private static StatusSnapshot Snapshot(int sold, long newest) => new(
        new EventStatus
        {
            EventId = 1,
            EventName = "Concert",
            Strategy = BookingStrategy.Batched,
            TotalTickets = 100,
            AvailableTickets = 100 - sold,
            TicketsSold = sold,
            Bookings = sold,
            CreatedAt = default,
        },
        newest);

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
