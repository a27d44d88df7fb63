using Microsoft.Extensions.Time.Testing;
using Ticketing.Domain;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Of two stocks of an event the newer one is shown, wherever it comes from.</summary>
public sealed class LatestStockTests
{
    private const int Event = 1;

    private readonly FakeTimeProvider _clock = new();
    private readonly LatestStock _latest;

    public LatestStockTests() => _latest = new(_clock);

    [Fact]
    public void What_this_replica_has_committed_replaces_an_older_reading()
    {
        var read = Stock(version: 5, sold: 10);
        _latest.Saw(Event, Stock(version: 7, sold: 14));

        _latest.NewerOf(Event, read, _clock.GetUtcNow()).Should().Be(Stock(version: 7, sold: 14));
    }

    [Fact]
    public void A_reading_that_includes_sales_of_others_replaces_what_this_replica_has_committed()
    {
        _latest.Saw(Event, Stock(version: 7, sold: 14));

        _latest.NewerOf(Event, Stock(version: 8, sold: 20), _clock.GetUtcNow()).Sold.Should().Be(20);
    }

    [Fact]
    public void Commits_may_be_reported_in_another_order()
    {
        foreach (var version in new[] { 9, 7, 8, 6 })
        {
            _latest.Saw(Event, Stock(version, sold: version));
        }

        _latest.NewerOf(Event, Stock(version: 6, sold: 6), _clock.GetUtcNow()).Version.Should().Be(9);
    }

    [Fact]
    public void Events_are_kept_apart()
    {
        _latest.Saw(Event + 1, Stock(version: 7, sold: 14));

        _latest.NewerOf(Event, Stock(version: 5, sold: 10), _clock.GetUtcNow()).Sold.Should().Be(10);
    }

    [Fact]
    public void A_reading_later_than_any_cached_one_is_true_even_with_a_lower_version_because_a_backup_was_restored()
    {
        _latest.Saw(Event, Stock(version: 1000, sold: 90));
        _clock.Advance(TimeSpan.FromSeconds(6));

        _latest.NewerOf(Event, Stock(version: 5, sold: 10), _clock.GetUtcNow()).Sold.Should().Be(10);

        _latest.Saw(Event, Stock(version: 6, sold: 11));
        _latest.NewerOf(Event, Stock(version: 5, sold: 10), _clock.GetUtcNow()).Sold.Should().Be(11, "this is the first sale after the restore");
    }

    [Fact]
    public void An_answer_from_before_an_outage_is_replaced_however_old_it_is()
    {
        var readAt = _clock.GetUtcNow();
        _latest.Saw(Event, Stock(version: 7, sold: 14));
        _clock.Advance(TimeSpan.FromMinutes(30));

        _latest.NewerOf(Event, Stock(version: 5, sold: 10), readAt).Sold.Should().Be(14);
    }

    [Fact]
    public void Bookings_that_an_upgrade_has_not_counted_yet_come_from_the_reading()
    {
        _latest.Saw(Event, Stock(version: 7, sold: 14) with { Bookings = null });

        _latest.NewerOf(Event, Stock(version: 5, sold: 10), _clock.GetUtcNow()).Should().Be(Stock(version: 7, sold: 14) with { Bookings = 10 });
    }

    private static Stock Stock(long version, int sold) => new(Total: 100, Available: 100 - sold, Held: 0, Bookings: sold, version, SaleRules.Open);
}
