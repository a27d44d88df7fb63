using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database.Sqlite;

namespace Ticketing.UnitTests.Infrastructure;

public sealed class ContentionRetryTests
{
    private readonly ContentionRetry _retry = new(
        new SqliteErrors(), Options.Create(new BookingOptions { MaxAttempts = 3, RetryPauseMilliseconds = 1 }), new TicketingMetrics(), TimeProvider.System);

    private int _attempts;

    [Fact]
    public async Task An_outcome_ends_it()
    {
        (await RunAsync(attempt => new BookingOutcome.Booked(attempt))).Should().Be(new BookingOutcome.Booked(1));
        _attempts.Should().Be(1);
    }

    [Fact]
    public async Task A_lost_attempt_is_followed_by_another()
    {
        (await RunAsync(attempt => attempt < 3 ? null : new BookingOutcome.Booked(attempt))).Should().Be(new BookingOutcome.Booked(3));
        _attempts.Should().Be(3);
    }

    [Fact]
    public async Task Contention_is_a_lost_attempt()
    {
        const int busy = 5;
        (await RunAsync(attempt => attempt == 1 ? throw new SqliteException("database is locked", busy) : new BookingOutcome.SoldOut()))
            .Should().Be(new BookingOutcome.SoldOut());
        _attempts.Should().Be(2);
    }

    [Fact]
    public async Task When_the_attempts_are_used_up_the_outcome_is_busy()
    {
        (await RunAsync(_ => null)).Should().BeOfType<BookingOutcome.Busy>();
        _attempts.Should().Be(3);
    }

    [Fact]
    public async Task A_fault_is_thrown_without_a_retry()
    {
        const int diskFull = 13;
        await FluentActions.Awaiting(() => RunAsync(_ => throw new SqliteException("disk full", diskFull))).Should().ThrowAsync<SqliteException>();
        _attempts.Should().Be(1);
    }

    private Task<BookingOutcome> RunAsync(Func<int, BookingOutcome?> attempt) =>
        _retry.RunAsync(BookingStrategy.ForUpdate, () => Task.FromResult(attempt(++_attempts)), CancellationToken.None);
}
