using System.Diagnostics;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using MySqlConnector;
using Ticketing.Infrastructure.Database.MariaDb;
using Ticketing.Infrastructure.Database.MariaDb.Migrations;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Startup;

/// <summary>From the tables of version 1 to those of reservations, while replicas of version 1 go on selling.</summary>
[Trait("Run", "Full")]
public sealed class UpgradeTests : IAsyncLifetime
{
    private const int Tickets = 1_000_000;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);
    private static readonly string[] _statements = [.. new Reservations().UpOperations.Cast<SqlOperation>().Select(operation => operation.Sql)];

    private string _database = "";

    public static TheoryData<int> Deaths => [.. TestLength.Cases(2, [.. Enumerable.Range(1, _statements.Length).Reverse()])];

    public async Task InitializeAsync()
    {
        _database = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        await using var db = new MariaDbTicketingContext(
            new DbContextOptionsBuilder<MariaDbTicketingContext>().UseMySql(_database, new MariaDbServerVersion(new Version(10, 5))).Options);
        await db.GetService<IMigrator>().MigrateAsync("Initial");
        await ExecuteAsync($"INSERT INTO events (name, total_tickets, available_tickets, strategy, version, created_at) VALUES ('Concert', {Tickets}, {Tickets}, 'batched', 0, NOW())");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task A_migration_that_died_after_any_statement_is_repeated(int done)
    {
        await new OldReplica(_database).SellAsync(3);
        foreach (var statement in _statements.Take(done))
        {
            await ExecuteAsync(statement);
        }

        await MigrateAsync("--finish");

        (await StringAsync("SELECT COUNT(*) FROM __EFMigrationsHistory WHERE MigrationId LIKE '%_Reservations'")).Should().Be("1");
        (await StringAsync("SELECT CONCAT_WS(' ', available_tickets, held_tickets, bookings, state, kind) FROM events")).Should().Be($"{Tickets - 3} 0 3 on_sale sale");
        (await StringAsync("SELECT GROUP_CONCAT(DISTINCT INDEX_NAME ORDER BY 1) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'bookings'"))
            .Should().Be("ix_bookings_due,ix_bookings_event,ix_bookings_limit,ix_bookings_user,PRIMARY,ux_bookings_idempotency_key");
        (await StringAsync("SELECT GROUP_CONCAT(DISTINCT status) FROM bookings")).Should().Be("confirmed");
    }

    [Fact]
    public async Task A_table_in_use_delays_the_migration_and_hardly_an_order()
    {
        await using var reader = new MySqlConnection($"{_database};Pooling=false");
        await reader.OpenAsync();
        await using var read = new MySqlCommand("START TRANSACTION; SELECT COUNT(*) FROM bookings", reader);
        await read.ExecuteScalarAsync();
        using var stop = new CancellationTokenSource(_patience); // a test that fails must not go on selling
        var old = new OldReplica(_database);
        var selling = old.SellAsync(int.MaxValue, stop.Token);

        await using var migration = ApiProcess.Run(Settings, "--migrate");
        await migration.WritesAsync("in use");
        await reader.CloseAsync();
        await migration.WaitForExitAsync(_patience);
        await stop.CancelAsync();
        await selling;

        migration.ExitCode.Should().Be(0, migration.Output);
        old.Longest.Should().BeLessThan(TimeSpan.FromSeconds(3), "each attempt waits a second");
        (await WrongEventsAsync()).Should().Be("0");
    }

    [Fact]
    public async Task Replicas_of_both_versions_sell_side_by_side_and_the_books_are_right_at_the_end()
    {
        using var stop = new CancellationTokenSource(_patience); // a test that fails must not go on selling
        var old = new OldReplica(_database);
        var selling = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => old.SellAsync(int.MaxValue, stop.Token)));

        await MigrateAsync();
        await using var replica = await StartAsync();
        await replica.Process.WritesAsync("--migrate --finish"); // somebody must do it
        for (var user = 1; user <= 50; user++)
        {
            (await replica.Client.BookAsync(1, user)).IsBooked.Should().BeTrue();
        }

        var during = await replica.Client.SetupAsync(10, "for_update");
        (await replica.Client.BookAsync(during)).IsBooked.Should().BeTrue();
        (await replica.Client.PostAnswerAsync("/events/1/pause", new { })).ShouldBeProblem(HttpStatusCode.Conflict, "upgrade_in_progress");
        (await replica.Client.PostAnswerAsync("/setup", new { max_per_user = 4 })).ShouldBeProblem(HttpStatusCode.Conflict, "upgrade_in_progress");
        var status = await replica.Client.StatusAsync(1);
        status.GetProperty("bookings").GetInt64().Should().BeGreaterThan(50, "those of the old replica count too");

        await stop.CancelAsync();
        await selling;
        (await StringAsync("SELECT COUNT(*) FROM events WHERE bookings IS NULL")).Should().Be("2", "an old replica may have sold any of them");
        var finishing = MigrateAsync("--finish");
        for (var user = 1; user <= 50; user++)
        {
            (await replica.Client.BookAsync(1, user)).IsBooked.Should().BeTrue();
        }

        await finishing;
        var after = await replica.Client.SetupAsync(10, "row_version");
        (await replica.Client.BookAsync(after, quantity: 2)).IsBooked.Should().BeTrue();

        (await replica.Client.PostAnswerAsync("/events/1/pause", new { })).Status.Should().Be(HttpStatusCode.OK);
        (await replica.Client.PostAnswerAsync("/setup", new { max_per_user = 4 })).Status.Should().Be(HttpStatusCode.OK);

        old.Sold.Should().BePositive();
        (await StringAsync("SELECT SUM(bookings) FROM events")).Should().Be($"{old.Sold + 102}");
        (await WrongEventsAsync()).Should().Be("0");
        await using var restarted = await StartAsync();
        restarted.Output.Should().NotContain("--finish");
    }

    /// <summary>The real thing: the program of the commit before reservations, which also shares its Redis.</summary>
    [LongFact]
    public async Task The_program_before_reservations_and_this_one_sell_side_by_side()
    {
        using var folder = new TemporaryFolder();
        await ManagedProcess.RunAsync("git", "-C", Repository.Root, "worktree", "add", "--detach", folder.File("old"), "0ef27bc");
        try
        {
            await ManagedProcess.RunAsync(
                "dotnet", "publish", Path.Combine(folder.File("old"), "src", "Ticketing.Api"), "--nologo", "-p:RunAnalyzers=false", "--output", folder.File("published"));
        }
        finally
        {
            await ManagedProcess.RunAsync("git", "-C", Repository.Root, "worktree", "remove", "--force", folder.File("old"));
        }

        var settings = new Dictionary<string, string?>(Settings) { ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString };
        await using var old = await ApiProcess.StartAsync(settings, Path.Combine(folder.File("published"), "Ticketing.Api.dll"));
        var strategies = new[] { "for_update", "row_version", "atomic_update", "batched" };
        var events = new List<int>();
        foreach (var strategy in strategies)
        {
            events.Add(await old.Client.SetupAsync(Tickets, strategy));
        }

        using var stop = new CancellationTokenSource(_patience); // a test that fails must not go on selling
        var oldSales = SellAsync(old.Client, events, stop.Token);
        await MigrateAsync();
        await using var replica = await ApiProcess.StartAsync(settings);
        var newSales = SellAsync(replica.Client, events, stop.Token);
        for (var second = 0; second < 10; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            foreach (var id in events)
            {
                await old.Client.StatusAsync(id);
                await replica.Client.StatusAsync(id);
            }
        }

        await stop.CancelAsync();
        var sold = await oldSales + await newSales;
        (await old.StopAsync()).Should().Be(0);
        await MigrateAsync("--finish");

        (await StringAsync("SELECT SUM(bookings) FROM events")).Should().Be($"{sold}");
        (await WrongEventsAsync()).Should().Be("0");
    }

    [LongFact]
    public async Task Ten_million_bookings_are_migrated_while_orders_go_on()
    {
        await ExecuteAsync(
            $"""
            SET SESSION unique_checks = 0, foreign_key_checks = 0;
            UPDATE events SET total_tickets = 2 * 10000000, available_tickets = 10000000;
            INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp)
                SELECT 1 + seq MOD 50000, 1, 1, IF(seq MOD 2 = 0, CONCAT('key-', seq), NULL), UTC_TIMESTAMP(6) FROM seq_1_to_10000000;
            """);
        using var stop = new CancellationTokenSource(_patience); // a test that fails must not go on selling
        var old = new OldReplica(_database);
        var selling = old.SellAsync(int.MaxValue, stop.Token);

        var clock = Stopwatch.StartNew();
        await MigrateAsync();
        var migrated = clock.Elapsed;
        await MigrateAsync("--finish");
        var finished = clock.Elapsed - migrated;
        await stop.CancelAsync();
        await selling;

        var figures = $"migrated in {migrated.TotalSeconds:0.0} s, finished in {finished.TotalSeconds:0.0} s; meanwhile {old.Sold} orders, the longest of {old.Longest.TotalMilliseconds:0} ms";
        Console.WriteLine(figures);
        old.Longest.Should().BeLessThan(TimeSpan.FromSeconds(1), figures);
    }

    private Dictionary<string, string?> Settings => new() { ["ConnectionStrings__Ticketing"] = _database, ["Database__MigrateOnStart"] = "false" };

    private Task<ApiProcess> StartAsync() => ApiProcess.StartAsync(Settings);

    private static async Task<int> SellAsync(HttpClient client, List<int> events, CancellationToken until)
    {
        var sold = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async buyer =>
        {
            while (!until.IsCancellationRequested)
            {
                if ((await client.BookAsync(events[buyer % events.Count], buyer + 1)).IsBooked)
                {
                    Interlocked.Increment(ref sold);
                }
            }
        }));
        return sold;
    }

    private async Task MigrateAsync(params string[] more)
    {
        await using var migration = ApiProcess.Run(Settings, ["--migrate", .. more]);
        await migration.WaitForExitAsync(_patience);
        migration.ExitCode.Should().Be(0, migration.Output);
    }

    /// <summary>Events whose row does not say what their bookings say.</summary>
    private Task<string> WrongEventsAsync() => StringAsync(
        """
        SELECT COUNT(*) FROM events e LEFT JOIN (SELECT event_id, COUNT(*) AS bookings, SUM(quantity) AS sold FROM bookings GROUP BY event_id) b ON b.event_id = e.id
        WHERE e.bookings <> COALESCE(b.bookings, 0) OR e.available_tickets + COALESCE(b.sold, 0) <> e.total_tickets
        """);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection($"{_database};Default Command Timeout=600");
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> StringAsync(string sql)
    {
        await using var connection = new MySqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        return $"{await command.ExecuteScalarAsync()}";
    }

    /// <summary>Sells with the statements of version 1, which know nothing of the new columns.</summary>
    private sealed class OldReplica(string database)
    {
        private int _sold;

        public int Sold => _sold;

        public TimeSpan Longest { get; private set; }

        public async Task SellAsync(int orders, CancellationToken until = default)
        {
            await using var connection = new MySqlConnection(database);
            await connection.OpenAsync(CancellationToken.None);
            for (var i = 0; i < orders && !until.IsCancellationRequested; i++)
            {
                var clock = Stopwatch.StartNew();
                await using var command = new MySqlCommand(
                    """
                    START TRANSACTION;
                    SELECT available_tickets FROM events WHERE id = 1 FOR UPDATE;
                    INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp) VALUES (1, 1, 1, NULL, UTC_TIMESTAMP(6));
                    UPDATE events SET available_tickets = available_tickets - 1, version = version + 1 WHERE id = 1;
                    COMMIT
                    """,
                    connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
                Interlocked.Increment(ref _sold);
                Longest = clock.Elapsed > Longest ? clock.Elapsed : Longest;
            }
        }
    }
}
