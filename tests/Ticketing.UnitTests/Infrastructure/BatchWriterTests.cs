using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Bookings.Races;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;
using Ticketing.Infrastructure.Database.Sqlite;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Batches on a real SQLite, whose transactions fail where a test tells them to.</summary>
public sealed class BatchWriterTests : IAsyncLifetime, IDisposable
{
    private const int Attempts = 4;
    private const int BadUser = 666;

    private static readonly SqliteException _contention = new("database is locked", 5);
    private static readonly SqliteException _lost = new("disk I/O error", 10);
    private static readonly SqliteException _duplicate = new("UNIQUE constraint failed", 19, 2067);

    private readonly string _folder = Directory.CreateTempSubdirectory("ticketing-").FullName;
    private readonly BookingOptions _options = new() { MaxAttempts = Attempts, PatienceSeconds = 10 };
    private readonly JumpingClock _clock = new();
    private readonly Measured _measured = new();
    private readonly FakeLogger<BatchWriter> _log = new();
    private readonly SqliteWriteGate _gate;
    private readonly DatabaseCircuitBreaker _breaker;
    private readonly FailingDatabase _database;
    private readonly BatchWriter _writer;
    private int _event;

    public BatchWriterTests()
    {
        var target = new DatabaseTarget(DatabaseProvider.Sqlite, ConnectionString);
        var deadline = new Deadline(_clock);
        _gate = new(Options.Create(new DatabaseOptions()), deadline, _measured.Metrics, _clock);
        _database = new(new SqliteBatchDatabase(target, _gate, new SqliteClock(_clock), _measured.Metrics, _clock));
        var errors = new SqliteErrors();
        _breaker = new(new SqliteServer(target, _clock), _clock, new FakeLogger<DatabaseCircuitBreaker>());
        _breaker.LastSuccess.Report();
        _writer = new(
            _database, new CommitLookup(_database, errors, deadline, Options.Create(_options), _clock), errors, deadline, _breaker, new LatestStock(_clock), new ReadOnlyMode(), new RaceRecorder(_clock), Options.Create(_options),
            _measured.Metrics, _clock, _log);
    }

    private IEnumerable<int> LoggedIds => _log.Collector.GetSnapshot().Select(line => line.Id.Id);

    private string ConnectionString => $"Data Source={Path.Combine(_folder, "batches.db")};Pooling=false";

    public async Task InitializeAsync()
    {
        await using var db = Open();
        await db.Database.MigrateAsync();
        await db.Database.ExecuteSqlRawAsync(
            $"CREATE TRIGGER refuse BEFORE INSERT ON bookings WHEN NEW.user_id = {BadUser} BEGIN SELECT RAISE(ABORT, 'refused by a test'); END");
        var @event = Event.SetUp("Concert", 10, BookingStrategy.Batched, DateTime.UnixEpoch);
        db.Events.Add(@event);
        await db.SaveChangesAsync();
        _event = @event.Id;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _breaker.Dispose();
        _gate.Dispose();
        _measured.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_buyer_gets_the_id_of_the_stored_booking()
    {
        var outcomes = await WriteAsync(Order(1, 2), Order(2, 3, "a"), Order(2, 3, "a"), Order(3, 9));

        var stored = await StoredAsync();
        stored.Select(booking => (booking.UserId, booking.Quantity, booking.IdempotencyKey)).Should().Equal((1, 2, null), (2, 3, "a"));
        outcomes.Should().Equal(
            new BookingOutcome.Booked(stored[0].Id),
            new BookingOutcome.Booked(stored[1].Id),
            new BookingOutcome.Booked(stored[1].Id, Replayed: true),
            new BookingOutcome.NotEnoughTickets(5));
        (await AvailableAsync()).Should().Be(5);
        _database.Opened.Should().Be(1);
        _database.Keys.Should().Equal("a");
        _measured.BatchSizes.Should().Equal(4);
    }

    [Fact]
    public async Task A_batch_that_books_nothing_writes_nothing()
    {
        (await WriteAsync(Order(1, 10))).Should().ContainSingle().Which.Should().BeOfType<BookingOutcome.Booked>();

        (await WriteAsync(Order(2), Order(3))).Should().OnlyContain(outcome => outcome == new BookingOutcome.SoldOut(0));

        _database.Committed.Should().Be(1);
        _measured.BatchSizes.Should().Equal(1);
    }

    [Fact]
    public async Task Every_order_for_an_unknown_event_ends_as_event_not_found()
    {
        _event = 99;
        (await WriteAsync(Order(1), Order(2))).Should().OnlyContain(outcome => outcome == BookingOutcome.EventNotFound.Instance);
        _database.Opened.Should().Be(1);
    }

    [Theory]
    [InlineData(Moment.Open)]
    [InlineData(Moment.Begin)]
    [InlineData(Moment.BeforeCommit)]
    public async Task A_batch_that_meets_contention_is_retried(Moment moment)
    {
        _database.FailNext(moment, _contention, times: Attempts - 1);

        (await WriteAsync(Order(1), Order(2))).Should().AllBeOfType<BookingOutcome.Booked>();

        (await StoredAsync()).Should().HaveCount(2);
        _measured.Retries.Should().Be(Attempts - 1);
    }

    [Fact]
    public async Task Lasting_contention_ends_as_busy_after_the_last_attempt()
    {
        _database.FailNext(Moment.Begin, _contention, times: 1_000);

        (await WriteAsync(Order(1), Order(2))).Should().AllBeOfType<BookingOutcome.Busy>();

        _database.Opened.Should().Be(Attempts);
        _measured.Retries.Should().Be(Attempts - 1);
        (await StoredAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(10, 1)]
    public async Task Lasting_contention_ends_as_busy_when_the_patience_of_ten_seconds_ends_first(int secondsOfAnAttempt, int attempts)
    {
        _options.MaxAttempts = 1_000;
        _database.FailNext(Moment.Begin, _contention, times: 1_000, first: () => _clock.Advance(TimeSpan.FromSeconds(secondsOfAnAttempt)));

        (await WriteAsync(Order(1))).Should().AllBeOfType<BookingOutcome.Busy>();

        _database.Opened.Should().Be(attempts);
    }

    [Fact]
    public async Task The_pauses_between_attempts_differ_and_stay_short()
    {
        for (var i = 0; i < 10; i++)
        {
            _database.FailNext(Moment.Begin, _contention);
            await WriteAsync(Order(1));
        }

        _clock.Pauses.Should().OnlyContain(pause => pause.TotalMilliseconds < 2, "the first one is the shortest");

        _options.MaxAttempts = 200;
        _database.FailNext(Moment.Begin, _contention, times: 199);
        await WriteAsync(Order(1));

        _clock.Pauses.Should().HaveCountGreaterThan(150, "few are shorter than a millisecond, which is none");
        _clock.Pauses.Max().TotalMilliseconds.Should().BeInRange(16, 32, "they grow up to there");
        _clock.Pauses.Distinct().Should().HaveCountGreaterThan(16);
    }

    [Fact]
    public async Task A_key_that_somebody_else_has_used_meanwhile_is_found_by_the_next_attempt()
    {
        _database.FailNext(Moment.BeforeCommit, _duplicate, afterwards: () => InsertAsync(Order(1, 1, "a")));

        var outcomes = await WriteAsync(Order(1, 1, "a"), Order(2));

        var stored = await StoredAsync();
        stored.Select(booking => booking.UserId).Should().Equal(1, 2);
        outcomes.Should().Equal(new BookingOutcome.Booked(stored[0].Id, Replayed: true), new BookingOutcome.Booked(stored[1].Id));
    }

    [Fact]
    public async Task A_key_that_is_never_found_and_always_refused_makes_its_order_alone_unknown()
    {
        _database.FailNext(Moment.BeforeCommit, _duplicate, times: 2 * Attempts); // both together, and then the first one alone
        var orders = Pending(Order(1), Order(2));

        await _writer.WriteAsync(_event, orders);

        (await orders[0].Answer).Should().BeOfType<BookingOutcome.Unknown>("somebody has used its key, perhaps its buyer");
        (await orders[1].Answer).Should().BeOfType<BookingOutcome.Booked>();
        (await StoredAsync()).Select(booking => booking.UserId).Should().Equal(2);
    }

    [Fact]
    public async Task An_order_that_the_database_refuses_does_not_fail_its_neighbours()
    {
        var orders = Pending(Order(1), Order(2), Order(BadUser), Order(3), Order(4));

        await _writer.WriteAsync(_event, orders);

        (await FluentActions.Awaiting(() => orders[2].Answer).Should().ThrowAsync<SqliteException>()).WithMessage("*refused by a test*");
        var stored = await StoredAsync();
        stored.Select(booking => booking.UserId).Should().Equal([1, 2, 3, 4], "they are served in the order of their arrival");
        foreach (var (order, booking) in orders.Where(order => order.Order.UserId != BadUser).Zip(stored))
        {
            (await order.Answer).Should().Be(new BookingOutcome.Booked(booking.Id));
        }

        _clock.Pauses.Should().BeEmpty("a refusal is no contention");
        (await AvailableAsync()).Should().Be(6);
    }

    [Fact]
    public async Task A_database_that_refuses_before_anything_is_decided_fails_all_orders_at_once()
    {
        _database.FailNext(Moment.Begin, new SqliteException("no such table: events", 1), times: 1_000);

        await ShouldFailAsync<SqliteException>(Order(1), Order(2), Order(3));

        _database.Opened.Should().Be(1, "no order is to blame, so they are not separated");
    }

    [Theory]
    [InlineData(Moment.Open)]
    [InlineData(Moment.Begin)]
    public async Task A_connection_lost_before_the_commit_is_reopened_once(Moment moment)
    {
        _database.FailNext(moment, _lost);
        (await WriteAsync(Order(1))).Should().AllBeOfType<BookingOutcome.Booked>();
        (await StoredAsync()).Should().ContainSingle();

        _database.FailNext(moment, _lost, times: 2);
        await ShouldFailAsync<SqliteException>(Order(2));
        _database.Opened.Should().Be(2 + 2);
        (await StoredAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_and_not_done_twice()
    {
        _database.FailNext(Moment.AfterCommit, _lost);

        var outcomes = await WriteAsync(Order(1, 2), Order(2, 1, "a"), Order(3, 9));

        var stored = await StoredAsync();
        stored.Select(booking => booking.UserId).Should().Equal(1, 2);
        outcomes.Should().Equal(new BookingOutcome.Booked(stored[0].Id), new BookingOutcome.Booked(stored[1].Id), new BookingOutcome.NotEnoughTickets(7));
        (await AvailableAsync()).Should().Be(7);
        _measured.Retries.Should().Be(0);
        LoggedIds.Should().Equal([2005], "an operator can see that a connection was lost");
    }

    [Fact]
    public async Task A_commit_that_never_reached_the_database_is_done_again()
    {
        _database.FailNext(Moment.BeforeCommit, _lost);

        (await WriteAsync(Order(1))).Should().AllBeOfType<BookingOutcome.Booked>();

        (await StoredAsync()).Should().ContainSingle();
        (await AvailableAsync()).Should().Be(9);
    }

    [Fact]
    public async Task A_lost_commit_is_looked_up_until_the_database_is_back()
    {
        _database.FailNext(Moment.AfterCommit, _lost);
        _database.FailNext(Moment.Open, _lost, times: 10);
        _database.FailNext(Moment.Begin, _contention, times: 10);

        (await WriteAsync(Order(1))).Should().AllBeOfType<BookingOutcome.Booked>();

        (await StoredAsync()).Should().ContainSingle();
        _clock.Pauses.Should().HaveCount(20).And.OnlyContain(pause => pause == BookingCommit.Pause);
    }

    [Fact]
    public async Task Orders_end_as_unknown_or_busy_when_a_lost_commit_cannot_be_looked_up()
    {
        var first = (BookingOutcome.Booked)(await WriteAsync(Order(1, 2, "a")))[0];
        _database.FailNext(Moment.AfterCommit, _lost);
        _database.FailNext(Moment.Open, _lost, times: 1_000);
        var began = _clock.GetTimestamp();

        var outcomes = await WriteAsync(Order(1, 2, "a"), Order(1, 1, "a"), Order(2, 8), Order(3));

        outcomes[0].Should().Be(first with { Replayed = true }, "that was true before");
        outcomes[1].Should().BeOfType<BookingOutcome.Busy>();
        outcomes[2].Should().Be(BookingOutcome.Unknown.Instance);
        outcomes[3].Should().BeOfType<BookingOutcome.Busy>("whether tickets are left depends on the order before");
        LoggedIds.Should().Equal(2005, 2006);
        _clock.GetElapsedTime(began).Should().BeCloseTo(TimeSpan.FromSeconds(_options.CommitPatienceSeconds), TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task A_batch_that_is_found_only_in_part_ends_as_unknown()
    {
        _database.FailNext(Moment.AfterCommit, _lost, afterwards: () => ExecuteAsync("DELETE FROM bookings WHERE user_id = 2"));
        (await WriteAsync(Order(1), Order(2))).Should().OnlyContain(outcome => outcome == BookingOutcome.Unknown.Instance);

        _database.FailNext(Moment.AfterCommit, _lost, afterwards: () => ExecuteAsync("UPDATE bookings SET quantity = 3 WHERE user_id = 4"));
        (await WriteAsync(Order(3), Order(4))).Should().OnlyContain(outcome => outcome == BookingOutcome.Unknown.Instance);
    }

    [Theory]
    [InlineData(Moment.BeforeCommit)]
    [InlineData(Moment.AfterCommit)]
    public async Task A_lost_commit_that_only_changed_bookings_is_found_by_their_status(Moment moment)
    {
        var (confirmed, released) = (await HoldAsync(1, 2), await HoldAsync(2, 3));
        _database.FailNext(moment, _lost);

        var outcomes = await ChangeAsync((confirmed, BookingOperation.Confirm), (released, BookingOperation.Release));

        outcomes.Should().AllBeOfType<BookingOutcome.Changed>().And.OnlyContain(outcome => !((BookingOutcome.Changed)outcome).Replayed);
        ((BookingOutcome.Changed)outcomes[1]).Returned.Should().Be(3);
        (await StoredAsync()).Select(booking => booking.Status).Should().Equal(BookingStatus.Confirmed, BookingStatus.Released);
        (await AvailableAsync()).Should().Be(8);
        _database.Committed.Should().Be(2 + (moment == Moment.AfterCommit ? 1 : 2));
    }

    [Fact]
    public async Task Changes_whose_lost_commit_cannot_be_told_from_anothers_are_unknown()
    {
        var hold = await HoldAsync(1, 2);
        _database.FailNext(Moment.AfterCommit, _lost, afterwards: () => ExecuteAsync("UPDATE bookings SET changed_at = '2030-01-01'"));

        (await ChangeAsync((hold, BookingOperation.Confirm))).Should().Equal(BookingOutcome.Unknown.Instance);
        LoggedIds.Should().Equal(2005, 2006);

        (await ChangeAsync((hold, BookingOperation.Confirm))).Should().ContainSingle().Which.Should().BeOfType<BookingOutcome.Changed>().Which.Replayed.Should().BeTrue("asking again tells");
    }

    [Fact]
    public async Task A_batch_that_did_not_know_of_holds_or_limits_reads_them_under_the_same_lock()
    {
        await HoldAsync(1, 10);
        await ExecuteAsync($"UPDATE events SET max_per_user = 4; UPDATE bookings SET expires_at = '2000-01-01' WHERE event_id = {_event}");

        (await WriteAsync(Order(1, 4), Order(2, 5), Order(2, 4), Order(3, 3))).Select(outcome => outcome.GetType()).Should().Equal(
            typeof(BookingOutcome.Booked), typeof(BookingOutcome.LimitReached), typeof(BookingOutcome.Booked), typeof(BookingOutcome.NotEnoughTickets));

        _database.Opened.Should().Be(2, "the second batch has one transaction too");
        (await StoredAsync())[0].Status.Should().Be(BookingStatus.Expired);
    }

    [Fact]
    public async Task Batches_written_at_the_same_time_get_different_timestamps()
    {
        (await WriteAsync(Order(1))).Should().AllBeOfType<BookingOutcome.Booked>();
        _database.FailNext(Moment.AfterCommit, _lost);
        (await WriteAsync(Order(1))).Should().AllBeOfType<BookingOutcome.Booked>();
        (await WriteAsync(Order(1))).Should().AllBeOfType<BookingOutcome.Booked>();

        // The clock stands still, and is finer than the microsecond that databases keep.
        var now = _clock.GetUtcNow().UtcDateTime;
        now.Nanosecond.Should().NotBe(0);
        var microsecond = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        (await StoredAsync()).Select(booking => booking.Timestamp).Should().Equal(microsecond, microsecond.AddMicroseconds(1), microsecond.AddMicroseconds(2));
    }

    [Theory]
    [InlineData(Moment.Begin)]
    [InlineData(Moment.BeforeCommit)]
    public async Task A_fault_outside_the_database_is_thrown_without_a_retry(Moment moment)
    {
        _database.FailNext(moment, new InvalidOperationException("a mistake of ours"));

        await ShouldFailAsync<InvalidOperationException>(Order(1), Order(2));

        _database.Opened.Should().Be(1);
        (await StoredAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_fault_while_looking_up_a_lost_commit_is_thrown()
    {
        _database.FailNext(Moment.AfterCommit, _lost);
        _database.FailNext(Moment.Begin, new InvalidOperationException("a mistake of ours"));

        await ShouldFailAsync<InvalidOperationException>(Order(1));
    }

    [Theory]
    [InlineData(1, 99)]
    [InlineData(1, 1)]
    [InlineData(11, 1)]
    public async Task An_error_while_closing_the_connection_does_not_change_the_outcome(int quantity, int eventId)
    {
        _event = eventId;
        if (quantity > Booking.MaxQuantity)
        {
            quantity = Booking.MaxQuantity;
            await WriteAsync(Order(1));
        }

        var opened = _database.Opened;
        _database.FailNext(Moment.Dispose, _lost);

        (await WriteAsync(Order(1, quantity))).Should().ContainSingle();

        _database.Opened.Should().Be(opened + 1);
    }

    private static BookTicketCommand Order(int user, int quantity = 1, string? key = null) => new(user, 0, quantity) { IdempotencyKey = key };

    /// <summary>The orders, for the event of this test.</summary>
    private List<PendingOrder> Pending(params BookTicketCommand[] orders) =>
        [.. orders.Select(order => new PendingOrder(order with { EventId = _event }, _clock, CancellationToken.None))];

    private async Task<BookingOutcome[]> WriteAsync(params BookTicketCommand[] orders)
    {
        var pending = Pending(orders);
        await _writer.WriteAsync(_event, pending);
        pending.Should().OnlyContain(order => order.Answer.IsCompleted, "every buyer is answered");
        return await Task.WhenAll(pending.Select(order => order.Answer));
    }

    private async Task<long> HoldAsync(int user, int quantity) =>
        ((BookingOutcome.Held)(await WriteAsync(Order(user, quantity) with { HoldSeconds = 600 }))[0]).BookingId;

    private async Task<BookingOutcome[]> ChangeAsync(params (long Id, BookingOperation Operation)[] changes)
    {
        List<PendingChange> pending =
            [.. changes.Select(change => new PendingChange(new(change.Id, change.Operation), Event.DefaultMaxHoldSeconds, _clock, CancellationToken.None))];
        await _writer.WriteAsync(_event, pending);
        return await Task.WhenAll(pending.Select(change => change.Answer));
    }

    private async Task ShouldFailAsync<TException>(params BookTicketCommand[] orders)
        where TException : Exception
    {
        var pending = Pending(orders);
        await _writer.WriteAsync(_event, pending);
        foreach (var order in pending)
        {
            await FluentActions.Awaiting(() => order.Answer).Should().ThrowAsync<TException>();
        }
    }

    private SqliteTicketingContext Open() => new(new DbContextOptionsBuilder<SqliteTicketingContext>().UseSqlite(ConnectionString).Options);

    private async Task<List<Booking>> StoredAsync()
    {
        await using var db = Open();
        return await db.Bookings.AsNoTracking().OrderBy(booking => booking.Id).ToListAsync();
    }

    private async Task<int> AvailableAsync()
    {
        await using var db = Open();
        return await db.Events.Select(@event => @event.AvailableTickets).SingleAsync();
    }

    private async Task InsertAsync(BookTicketCommand order)
    {
        await using var db = Open();
        db.Bookings.Add((order with { EventId = _event }).ToBooking(DateTime.UnixEpoch));
        await db.SaveChangesAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var db = Open();
        (await db.Database.ExecuteSqlRawAsync(sql)).Should().BePositive();
    }
}
