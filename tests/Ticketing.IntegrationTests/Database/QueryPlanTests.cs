using System.Diagnostics;
using System.Globalization;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>How MariaDB carries out the statements that the program really sends, on a million bookings.</summary>
[Trait("Run", "Full")]
public sealed class QueryPlanTests(MillionBookings database) : IClassFixture<MillionBookings>
{
    [Theory]
    [InlineData("/history?user_id=77", "ix_bookings_user")]
    [InlineData("/history?user_id=77&page=2&page_size=5", "ix_bookings_user")]
    [InlineData("/history?user_id=77&before=500000", "ix_bookings_user")]
    [InlineData("/history?event_id=7", "ix_bookings_event")]
    [InlineData("/history?event_id=7&before=500000", "ix_bookings_event")]
    [InlineData("/history?event_id=7&user_id=77", "ix_bookings_limit")]
    public async Task A_read_of_some_bookings_finds_them_by_their_index(string path, string index)
    {
        var plans = await database.PlansOfAsync(async client => (await client.GetAnswerAsync(path)).IsBooked.Should().BeTrue(path));

        plans.Should().OnlyContain(plan => !plan.IsFullScan);
        plans.Should().Contain(plan => plan.Key == index);
    }

    /// <summary>An event's row has all of its figures.</summary>
    [Theory]
    [InlineData("/status?event_id=7")]
    [InlineData("/status")]
    [InlineData("/events")]
    [InlineData("/stats")]
    public async Task Figures_are_read_without_any_booking(string path)
    {
        var plans = await database.PlansOfAsync(async client => (await client.GetAnswerAsync(path)).IsBooked.Should().BeTrue(path));

        plans.Should().OnlyContain(plan => !plan.IsFullScan);
        plans.Sum(plan => plan.Rows).Should().BeLessThan(MillionBookings.ManyRows);
    }

    [Theory]
    [InlineData("batched")]
    [InlineData("for_update")]
    public async Task An_order_finds_its_event_and_its_key_by_their_indexes(string strategy)
    {
        var id = await database.Client.SetupAsync(10, strategy);

        var plans = await database.PlansOfAsync(async client =>
        {
            (await client.BookAsync(id, userId: 77, key: $"plan-{id}")).IsBooked.Should().BeTrue();
            (await client.BookAsync(id, userId: 77, key: $"plan-{id}")).Headers.Should().ContainKey("Idempotent-Replayed");
        });

        plans.Should().OnlyContain(plan => !plan.IsFullScan);
        plans.Should().Contain(plan => plan.Key == "ux_bookings_idempotency_key" && plan.Rows == 1);
        plans.Should().Contain(plan => plan.Key == "PRIMARY" && plan.Rows == 1, "that is the event's row");
    }

    /// <summary>An event that has sold ten thousand tickets: its bookings must not be read, whatever the optimizer believes of it.</summary>
    [Theory]
    [InlineData(7, "batched")]
    [InlineData(8, "for_update")]
    public async Task Limits_holds_and_what_comes_back_read_the_rows_that_they_concern(int id, string strategy)
    {
        await database.ExecuteAsync($"UPDATE events SET strategy = '{strategy}' WHERE id = {id}");
        (await database.Client.SendAsync(HttpMethod.Patch, $"/events/{id}", new { max_per_user = 1000 })).IsBooked.Should().BeTrue();

        var plans = await database.PlansOfAsync(async client =>
        {
            var holds = await Task.WhenAll(Enumerable.Range(1, 100).Select(user => client.HoldAsync(id, user, seconds: user % 2 == 0 ? 1 : 600)));
            holds.Should().OnlyContain(hold => hold.IsHeld || hold.Code == "busy");
            await Task.WhenAll(holds.Where(hold => hold.IsHeld).Select(hold => client.EndHoldAsync(hold.HoldId, hold.HoldId % 3 == 0 ? "release" : "confirm")));
            await Task.Delay(TimeSpan.FromSeconds(1.1));
            await client.BookAsync(id);
        });

        plans.Should().NotContain(plan => plan.Rows > MillionBookings.BookingsOfEvent / 4);
        plans.Should().Contain(plan => plan.Key == "ix_bookings_limit" && plan.Statement.Contains("SUM", StringComparison.Ordinal));
        plans.Should().Contain(plan => plan.Key == "ix_bookings_due" && plan.Statement.Contains("expires_at <=", StringComparison.Ordinal));
    }

    /// <summary>Sixty readers, who ask for the list of a million bookings again and again, leave the orders their connections.</summary>
    [Fact]
    public async Task Readers_do_not_delay_an_order()
    {
        var id = await database.Client.SetupAsync(100, "atomic_update");
        using var stop = new CancellationTokenSource();
        var readers = Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                await database.Client.GetAnswerAsync("/history");
            }
        }));
        await Task.Delay(TimeSpan.FromSeconds(1));

        var longest = TimeSpan.Zero;
        for (var user = 1; user <= 10; user++)
        {
            var clock = Stopwatch.StartNew();
            (await database.Client.BookAsync(id, user)).IsBooked.Should().BeTrue();
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
        }

        await stop.CancelAsync();
        await readers;
        longest.Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_newest_bookings_of_all_are_read_from_the_end_of_the_primary_key()
    {
        var plans = await database.PlansOfAsync(client => client.GetAnswerAsync("/history?page_size=20"));

        plans.Should().OnlyContain(plan => !plan.IsFullScan);
        plans.Should().Contain(plan => plan.Key == "PRIMARY" && plan.Rows == 20 && plan.Statement.Contains("DESC", StringComparison.Ordinal));
    }
}

/// <summary>An API without caches on a database with a million bookings of a hundred events.</summary>
public sealed class MillionBookings : IAsyncLifetime
{
    public const int Bookings = 1_000_000;

    /// <summary>Of the plan's own estimate: more than one event's bookings.</summary>
    public const int ManyRows = Bookings / 10;

    public const int BookingsOfEvent = Bookings / Events;

    private const int Events = 100;
    private const int Users = 50_000;

    /// <summary>A statement with a setting of its own begins with this.</summary>
    private const string Setting = "SET STATEMENT";

    private MariaDbServer _server = null!;
    private MySqlConnection _connection = null!;
    private ApiProcess _api = null!;

    public HttpClient Client => _api.Client;

    public async Task InitializeAsync()
    {
        _server = await SharedMariaDb.GetAsync();
        var connectionString = await _server.CreateDatabaseAsync();
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = connectionString,
            ["Cache__StatusSeconds"] = "0",
            ["Cache__EventsSeconds"] = "0",
            ["Cache__StatsSeconds"] = "0",
            ["Cache__HistorySeconds"] = "0",
        });
        _connection = new MySqlConnection($"{connectionString};Default Command Timeout=120");
        await _connection.OpenAsync();

        // Without the checks an empty table is filled in bulk, each index sorted once: https://mariadb.com/kb/en/how-to-quickly-insert-data-into-mariadb/
        await ExecuteAsync(
            $"""
            SET SESSION unique_checks = 0, foreign_key_checks = 0;
            INSERT INTO events (name, total_tickets, available_tickets, bookings, strategy, version, created_at)
                SELECT CONCAT('Concert ', seq), {Bookings}, {Bookings} - 3 * {Bookings / Events}, {Bookings / Events}, 'batched', 0, UTC_TIMESTAMP(6) FROM seq_1_to_{Events};
            INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp)
                SELECT 1 + seq MOD {Users}, 1 + seq MOD {Events}, 3, IF(seq MOD 2 = 0, CONCAT('key-', seq), NULL), UTC_TIMESTAMP(6) FROM seq_1_to_{Bookings};
            ANALYZE TABLE events, bookings;
            SET GLOBAL log_output = 'TABLE';
            """);
    }

    /// <summary>Notes every statement that the program sends meanwhile, and asks the server how it carries each of them out.</summary>
    internal async Task<List<Plan>> PlansOfAsync(Func<HttpClient, Task> use)
    {
        await ExecuteAsync("TRUNCATE mysql.general_log; SET GLOBAL general_log = ON");
        try
        {
            await use(Client);
        }
        finally
        {
            await ExecuteAsync("SET GLOBAL general_log = OFF");
        }

        var plans = new List<Plan>();
        foreach (var statement in await StatementsAsync())
        {
            plans.AddRange(await ExplainAsync(statement));
        }

        return plans;
    }

    public async Task DisposeAsync()
    {
        await _server.ExecuteAsync("SET GLOBAL general_log = OFF; TRUNCATE mysql.general_log; SET GLOBAL log_output = DEFAULT");
        await _connection.DisposeAsync();
        await _api.DisposeAsync();
    }

    /// <summary>With their values; the driver has put them in.</summary>
    private async Task<List<string>> StatementsAsync()
    {
        await using var command = new MySqlCommand(
            """
            SELECT DISTINCT CONVERT(argument USING utf8mb4) FROM mysql.general_log
            WHERE command_type = 'Query' AND thread_id <> CONNECTION_ID()
                AND thread_id IN (SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE())
            """,
            _connection);
        await using var reader = await command.ExecuteReaderAsync();
        var statements = new List<string>();
        while (await reader.ReadAsync())
        {
            statements.AddRange(reader.GetString(0).Split(';', StringSplitOptions.TrimEntries).Where(statement =>
                ((string[])["SELECT", "UPDATE", Setting]).Any(start => statement.StartsWith(start, StringComparison.Ordinal))));
        }

        return statements;
    }

    private async Task<List<Plan>> ExplainAsync(string statement)
    {
        var explain = statement.StartsWith(Setting, StringComparison.Ordinal) ? statement.Replace(" FOR SELECT", " FOR EXPLAIN SELECT", StringComparison.Ordinal) : $"EXPLAIN {statement}";
        await using var command = new MySqlCommand(explain, _connection);
        await using var reader = await command.ExecuteReaderAsync();
        var plans = new List<Plan>();
        while (await reader.ReadAsync())
        {
            plans.Add(new(
                Text(reader["table"]),
                Text(reader["type"]),
                Text(reader["key"]),
                reader["rows"] is DBNull ? 0 : Convert.ToInt64(reader["rows"], CultureInfo.InvariantCulture),
                statement));
        }

        return plans;
    }

    private static string? Text(object value) => value is DBNull ? null : (string)value;

    public async Task ExecuteAsync(string sql)
    {
        await using var command = new MySqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>One line of an EXPLAIN.</summary>
/// <param name="Table">The table, or its alias in the statement.</param>
/// <param name="Type">How rows are found: ALL reads the table, index a whole index, the others what they need.</param>
/// <param name="Key">The index that is used; null for none.</param>
/// <param name="Rows">How many the server expects to read, a LIMIT taken into account.</param>
/// <param name="Statement">The whole statement, as the program sent it.</param>
internal sealed record Plan(string? Table, string? Type, string? Key, long Rows, string Statement)
{
    public bool IsFullScan => Type is "ALL" or "index" && Rows >= MillionBookings.ManyRows;
}
