using System.Diagnostics;
using System.Net;
using MySqlConnector;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// Contended means busy: what others keep us from doing is tried again, within bounds, and then told as 503 with Retry-After, never as a 500.
/// The errors are the server's own, raised where it would raise them.
/// </summary>
[Trait("Run", "Full")]
public sealed class ContentionTests(ContendedApi api) : IClassFixture<ContendedApi>
{
    public static TheoryData<string, int> StrategiesAndErrors
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var strategy in BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name()))
            {
                foreach (var error in (int[])[1213, 1205, 1020])
                {
                    data.Add(strategy, error);
                }
            }

            return data;
        }
    }

    public static TheoryData<string> StrategiesThatLock => [.. BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name())];

    [Theory]
    [MemberData(nameof(StrategiesAndErrors))]
    public async Task A_failed_transaction_is_retried(string strategy, int error)
    {
        await api.FailBookingsAsync(times: 2, error);
        var id = await api.Client.SetupAsync(10, strategy);

        (await api.Client.BookAsync(id)).Status.Should().Be(HttpStatusCode.OK);

        (await api.FailuresLeftAsync()).Should().Be(0, "it did fail twice before");
        (await api.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt32().Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(StrategiesAndErrors))]
    public async Task A_transaction_that_keeps_failing_ends_as_busy_and_books_nothing(string strategy, int error)
    {
        await api.FailBookingsAsync(times: 1_000_000, error);
        var id = await api.Client.SetupAsync(10, strategy);
        var key = $"key-{Guid.NewGuid()}";

        var busy = await api.Client.BookAsync(id, key: key);
        busy.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
        busy.Headers["Retry-After"].Should().Be("1");

        var status = await api.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt32().Should().Be(0);
        status.GetProperty("available_tickets").GetInt32().Should().Be(10);

        await api.FailBookingsAsync(times: 0, error);
        var booked = await api.Client.BookAsync(id, key: key);
        booked.Status.Should().Be(HttpStatusCode.OK, "busy leaves the key unused");
        booked.IsReplayed.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(StrategiesThatLock))]
    public async Task A_locked_row_gives_busy_until_the_lock_is_released(string strategy)
    {
        await api.FailBookingsAsync(times: 0, 1213);
        var id = await api.Client.SetupAsync(10, strategy);
        await using (await api.LockEventAsync(id))
        {
            var clock = Stopwatch.StartNew();
            (await api.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15));
        }

        (await api.Client.BookAsync(id)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_exhausted_pool_gives_busy()
    {
        await using var small = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = api.ConnectionString,
            ["Database__MaxPoolSize"] = "1",
            ["Database__ConnectTimeoutSeconds"] = "1",
            ["Database__LockWaitTimeoutSeconds"] = "2",
            ["Booking__PatienceSeconds"] = "2",
        });
        foreach (var strategy in (string[])["for_update", "batched"])
        {
            var id = await api.Client.SetupAsync(10, strategy);
            (await small.Client.BookAsync(id)).Status.Should().Be(HttpStatusCode.OK);
            await using (await api.LockEventAsync(id))
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => small.Client.BookAsync(id)));
                answers.Should().AllSatisfy(answer => answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy"));
            }
        }
    }

    [Fact]
    public async Task A_change_of_an_event_whose_row_somebody_holds_is_busy_and_changes_nothing()
    {
        var id = await api.Client.SetupAsync(10, "batched");
        await using (await api.LockEventAsync(id))
        {
            (await api.Client.SendAsync(HttpMethod.Patch, $"/events/{id}", new { total_tickets = 20 })).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
        }

        (await api.Client.StatusAsync(id)).GetProperty("total_tickets").GetInt32().Should().Be(10);
        (await api.Client.SendAsync(HttpMethod.Patch, $"/events/{id}", new { total_tickets = 20 })).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_item_that_the_database_refuses_does_not_fail_its_neighbours()
    {
        const int badUser = 666;
        await api.FailBookingsAsync(times: 0, 1213);
        var id = await api.Client.SetupAsync(1000, "batched");
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 100 }) { BaseAddress = api.Address };

        Task<Answer>[] orders;
        await using (await api.LockEventAsync(id))
        {
            orders = [.. Enumerable.Range(1, 100).Select(i => client.BookAsync(id, userId: i % 25 == 7 ? badUser : i))];
            await Eventually.HoldsAsync(IsGatheredAsync, TimeSpan.FromSeconds(10));
        }

        var answers = await Task.WhenAll(orders);

        Ticket.ToldIn(answers).Select(ticket => ticket.UserId).Should().BeEquivalentTo(Enumerable.Range(1, 100).Where(i => i % 25 != 7));
        answers.Where(answer => !answer.IsBooked).Should().HaveCount(4)
            .And.AllSatisfy(refused => refused.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "database_unavailable"));

        var status = await api.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt32().Should().Be(96);
        status.GetProperty("available_tickets").GetInt32().Should().Be(904);

        // The first ones are being written; the others wait for the next batch, which has good and bad orders in it.
        async Task<bool> IsGatheredAsync() => (await Scrape.OfAsync(api.Client)).Find("http_request_queue_depth") > 50;
    }
}

/// <summary>An API with little patience, on a database that can be told to fail bookings.</summary>
public sealed class ContendedApi : MariaDbApi
{
    private string _connectionString = "";

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Booking:MaxAttempts"] = "4",
        ["Booking:PatienceSeconds"] = "3",
        ["Database:LockWaitTimeoutSeconds"] = "1",
    };

    /// <summary>Makes the server fail the next insertions of a booking with one of its own error numbers.</summary>
    public async Task FailBookingsAsync(int times, int error) => await ExecuteAsync(
        // MyISAM does not roll back: the failed attempts must stay counted.
        $"""
        CREATE TABLE IF NOT EXISTS failures (times INT NOT NULL, error INT NOT NULL) ENGINE = MyISAM;
        DELETE FROM failures; INSERT INTO failures VALUES ({times}, {error});
        CREATE OR REPLACE TRIGGER fail_bookings BEFORE INSERT ON bookings FOR EACH ROW
        BEGIN
            DECLARE number INT;
            IF NEW.user_id = 666 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'The devil does not go to concerts.'; END IF;
            IF (SELECT MAX(times) FROM failures) > 0 THEN
                UPDATE failures SET times = times - 1;
                SET number = (SELECT MAX(error) FROM failures);
                SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = number, MESSAGE_TEXT = 'raised by a test';
            END IF;
        END
        """);

    public string ConnectionString => _connectionString;

    public async Task<int> FailuresLeftAsync()
    {
        await using var connection = new MySqlConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT MAX(times) FROM failures", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    public Task<IAsyncDisposable> LockEventAsync(int eventId) => RowLock.TakeAsync(_connectionString, eventId);

    protected override async Task<string> PrepareDatabaseAsync() => _connectionString = await base.PrepareDatabaseAsync();

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
