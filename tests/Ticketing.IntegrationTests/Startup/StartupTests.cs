using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Startup;

/// <summary>How the program starts, and how it declines to: each test runs it as a process of its own.</summary>
[Trait("Run", "Full")]
public sealed class StartupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Three_replicas_start_at_once_on_a_server_without_the_database()
    {
        var server = await SharedMariaDb.GetAsync();
        var settings = ConnectTo(server.For($"test_{Guid.NewGuid():N}"));

        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ApiProcess.StartAsync(settings)));

        var id = await replicas[0].Client.SetupAsync(3, "atomic_update");
        foreach (var replica in replicas)
        {
            (await replica.Client.BookAsync(id)).IsBooked.Should().BeTrue();
        }

        foreach (var replica in replicas)
        {
            (await replica.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task Three_replicas_start_at_once_on_a_file_that_does_not_exist()
    {
        var settings = ConnectTo($"Data Source={_folder.File("new/ticketing.db")}");

        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ApiProcess.StartAsync(settings)));

        var id = await replicas[0].Client.SetupAsync(3, "atomic_update");
        foreach (var replica in replicas)
        {
            (await replica.Client.BookAsync(id)).IsBooked.Should().BeTrue();
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_migration_lock_that_a_dead_process_left_in_a_file_does_not_hang_the_next_start()
    {
        // What EF Core leaves behind when it is killed in the middle of a migration.
        await using (var connection = new SqliteConnection($"Data Source={_folder.File("ticketing.db")}"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2020-01-01 00:00:00');
                """;
            await command.ExecuteNonQueryAsync();
        }

        await using var api = await ApiProcess.StartAsync(ConnectTo($"Data Source={_folder.File("ticketing.db")}"));
        (await api.Client.SetupAsync(1, "atomic_update")).Should().Be(1);
    }

    [Fact]
    public async Task A_migration_that_was_cut_off_half_way_is_finished_by_the_next_start()
    {
        var server = await SharedMariaDb.GetAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await using (await ApiProcess.StartAsync(ConnectTo(connectionString)))
        {
        }

        // Back to the moment when the first table stood and the second did not: MariaDB commits each CREATE by itself.
        var database = new MySqlConnectionStringBuilder(connectionString).Database;
        await server.ExecuteAsync($"DROP TABLE {database}.bookings; DELETE FROM {database}.__EFMigrationsHistory");

        await using var api = await ApiProcess.StartAsync(ConnectTo(connectionString));
        var id = await api.Client.SetupAsync(1, "atomic_update");
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();
    }

    [Fact]
    public async Task A_process_killed_while_it_held_the_lock_does_not_hang_the_next_start()
    {
        var server = await SharedMariaDb.GetAsync();
        var connectionString = await server.CreateDatabaseAsync();
        var database = new MySqlConnectionStringBuilder(connectionString).Database;
        var migrationLock = $"IS_USED_LOCK('ticketing_migration_{database}')";

        // Nobody may write to the table in which migrations are noted, so the first process gets the lock and then no further.
        await server.ExecuteAsync(
            $"CREATE TABLE {database}.__EFMigrationsHistory (MigrationId VARCHAR(150) NOT NULL PRIMARY KEY, ProductVersion VARCHAR(32) NOT NULL)");
        await using var blocker = new MySqlConnection(connectionString);
        await blocker.OpenAsync();
        await using var hold = new MySqlCommand("LOCK TABLES __EFMigrationsHistory READ", blocker);
        await hold.ExecuteNonQueryAsync();

        await using var first = ApiProcess.Launch(ConnectTo(connectionString));
        await Eventually.HoldsAsync(async () => await server.QueryAsync($"SELECT {migrationLock}") is not DBNull, TimeSpan.FromSeconds(30));
        await using var second = ApiProcess.Launch(ConnectTo(connectionString));
        await Eventually.HoldsAsync(
            async () => (long)(await server.QueryAsync(
                $"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = '{database}' AND STATE = 'User lock'"))! == 1,
            TimeSpan.FromSeconds(30));

        first.Process.Kill();
        await first.Process.WaitForExitAsync(TimeSpan.FromSeconds(10));
        (await second.IsReadyAsync()).Should().BeFalse("the lock was held until this moment");
        await using var release = new MySqlCommand("UNLOCK TABLES", blocker);
        await release.ExecuteNonQueryAsync();

        await Eventually.HoldsAsync(second.IsReadyAsync, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_variables_of_the_source_system_work()
    {
        var server = await SharedMariaDb.GetAsync();
        var given = new MySqlConnectionStringBuilder(server.ConnectionString);
        var name = $"test_{Guid.NewGuid():N}";

        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["DB_HOST"] = given.Server,
            ["DB_PORT"] = given.Port.ToString(CultureInfo.InvariantCulture),
            ["DB_USER"] = given.UserID,
            ["DB_PASSWORD"] = given.Password,
            ["DB_NAME"] = name,
        });

        var id = await api.Client.SetupAsync(1, "atomic_update");
        (await server.QueryAsync($"SELECT COUNT(*) FROM {name}.events WHERE id = {id}")).Should().Be(1L);
        await api.Process.WritesAsync(name); // the start says which database it uses
    }

    [Fact]
    public async Task Without_pooling_every_use_of_the_database_opens_a_connection()
    {
        var server = await SharedMariaDb.GetAsync();

        var pooled = await ConnectionsOpenedByTenBookingsAsync(pooling: true);
        var unpooled = await ConnectionsOpenedByTenBookingsAsync(pooling: false);

        pooled.Should().BeLessThan(5);
        unpooled.Should().BeGreaterOrEqualTo(10);

        async Task<long> ConnectionsOpenedByTenBookingsAsync(bool pooling)
        {
            await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
            {
                ["ConnectionStrings__Ticketing"] = await server.CreateDatabaseAsync(),
                ["Database__Pooling"] = pooling.ToString(),
            });
            var id = await api.Client.SetupAsync(100, "atomic_update");
            await api.Client.BookAsync(id);
            var before = await ConnectionsAsync();
            for (var i = 0; i < 10; i++)
            {
                (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();
            }

            return await ConnectionsAsync() - before;
        }

        async Task<long> ConnectionsAsync() => long.Parse(
            (string)(await server.QueryAsync("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'CONNECTIONS'"))!,
            CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_waited_for_and_then_given_up_in_one_line()
    {
        var clock = Stopwatch.StartNew();
        await using var api = ApiProcess.Launch(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = $"Server=127.0.0.1;Port={Ports.Free()};User ID=root;Password=very-secret",
            ["Database__StartupTimeoutSeconds"] = "3",
        });
        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(30));

        api.Process.ExitCode.Should().Be(1);
        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(1));
        api.Output.Should().Contain("Waiting for the database").And.Contain("Cannot start. No database after 3 s (MariaDB, 127.0.0.1:");
        api.Output.Should().NotContain("   at ").And.NotContain("very-secret");
    }

    [Fact]
    public async Task A_database_that_comes_late_is_waited_for()
    {
        await using var server = await MariaDbProcess.StartAsync();
        await server.StopAsync();
        await using var api = ApiProcess.Launch(ConnectTo(server.ConnectionString));
        await api.Process.WritesAsync("Waiting for the database");
        (await api.IsReadyAsync()).Should().BeFalse();

        await server.StartAsync();

        await Eventually.HoldsAsync(api.IsReadyAsync, TimeSpan.FromSeconds(20));
    }

    public static IEnumerable<object[]> WrongSettings => TestLength.Cases<object[]>(
        4,
        ["Database__MaxPoolSize", "0", "Database:MaxPoolSize"],
        ["Database__Poolling", "true", "Poolling"],
        ["ConnectionStrings__Ticketing", "Server=a;Nonsense=b", "ConnectionStrings:Ticketing"],
        ["Ui__PrometheusUrl", "javascript:alert(1)", "Ui:PrometheusUrl"],
        ["ConnectionStrings__TicketingReads", "Server=replica", "ConnectionStrings:TicketingReads"],
        ["Database__MaxPoolSize", "many", "Database:MaxPoolSize"],
        ["Database__Provider", "Oracle", "Database:Provider"],
        ["Database__Pooling", "maybe", "Database:Pooling"],
        ["Booking__NaiveDelayMilliseconds", "-1", "Booking:NaiveDelayMilliseconds"],
        ["Booking__MaxAttempts", "0", "Booking:MaxAttempts"],
        ["Log__Level", "Loud", "Log:Level"],
        ["Ui__GrafanaUrl", "grafana:3000", "Ui:GrafanaUrl"]);

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task A_wrong_setting_stops_the_program_with_its_name(string name, string value, string shown)
    {
        await using var api = ApiProcess.Launch(new Dictionary<string, string?>(ConnectTo($"Data Source={_folder.File("x.db")}")) { [name] = value });
        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(30));

        api.Process.ExitCode.Should().Be(1);
        api.Output.Should().StartWith("Cannot start. ").And.Contain(shown).And.NotContain("   at ");
    }

    [Fact]
    public async Task A_cache_that_leaves_no_room_for_the_lag_of_a_replica_stops_the_program()
    {
        await using var api = ApiProcess.Launch(new Dictionary<string, string?>(ConnectTo("Server=127.0.0.1;Port=1"))
        {
            ["ConnectionStrings__TicketingReads"] = "Server=127.0.0.1;Port=2",
            ["Cache__EventsSeconds"] = "4.5",
        });
        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(30));

        api.Process.ExitCode.Should().Be(1);
        api.Output.Should().StartWith("Cannot start. Cache:StatusSeconds, Cache:EventsSeconds: With ConnectionStrings:TicketingReads, at most 4");
    }

    [Fact]
    public async Task At_the_level_Debug_every_request_has_a_line_with_its_trace()
    {
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>(ConnectTo($"Data Source={_folder.File("debug.db")}")) { ["Log__Level"] = "Debug" });

        var trace = (await api.Client.GetAnswerAsync("/status?event_id=7")).Json.GetProperty("traceId").GetString();

        await api.Process.WritesAsync($"trace {trace}");
        api.Output.Should().Contain("GET /status was answered 404 in ");
    }

    [Fact]
    public async Task The_warm_up_yields_to_the_first_real_request()
    {
        await using var api = ApiProcess.Launch(new Dictionary<string, string?>(ConnectTo($"Data Source={_folder.File("warm.db")}")) { ["WarmUp__Seconds"] = "60" });
        await Eventually.HoldsAsync(() => IsWarmingUpAsync(api), TimeSpan.FromSeconds(30), () => api.Output);
        await Task.Delay(300);
        (await IsWarmingUpAsync(api)).Should().BeTrue("probes are no real requests");

        await api.Client.SetupAsync(1, "batched");

        await Eventually.HoldsAsync(api.IsReadyAsync, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_event_with_a_strategy_of_a_newer_version_stops_nothing_but_its_own_sale()
    {
        var file = $"Data Source={_folder.File("newer.db")}";
        int known, unknown;
        await using (var api = await ApiProcess.StartAsync(ConnectTo(file)))
        {
            known = await api.Client.SetupAsync(10, "batched");
            unknown = await api.Client.SetupAsync(10, "batched");
        }

        await using (var connection = new SqliteConnection(file))
        {
            await connection.OpenAsync();
            await using var command = new SqliteCommand($"UPDATE events SET strategy = 'lottery' WHERE id = {unknown}", connection);
            await command.ExecuteNonQueryAsync();
        }

        await using (var api = await ApiProcess.StartAsync(ConnectTo(file)))
        {
            (await api.Client.BookAsync(unknown)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "strategy_unavailable");
            (await api.Client.BookAsync(known)).Status.Should().Be(HttpStatusCode.OK);
            (await api.Client.StatusAsync(unknown)).GetProperty("strategy").GetString().Should().Be("unknown");
            (await api.Client.GetAnswerAsync("/events")).Status.Should().Be(HttpStatusCode.OK);
            await Task.Delay(TimeSpan.FromSeconds(1.5)); // the stock is read for the metrics
            (await api.Client.GetAnswerAsync("/metrics")).Text.Should().Contain("strategy=\"unknown\"");
            (await api.StopAsync()).Should().Be(0);
            api.Output.Should().Contain($"Event {unknown} has a strategy that this version does not know");
        }
    }

    [Theory]
    [InlineData("--Bookng:PatienceSeconds=1", "--Bookng:PatienceSeconds")]
    [InlineData("--migrat", "--migrat")]
    public async Task A_misspelt_argument_stops_the_program_with_its_name(string argument, string shown)
    {
        await using var program = ApiProcess.Run(ConnectTo($"Data Source={_folder.File("x.db")}"), argument);
        await program.WaitForExitAsync(TimeSpan.FromSeconds(30));
        program.ExitCode.Should().Be(1);
        program.Output.Should().Be($"Cannot start. {shown}: There is no such setting. --help lists them.");
    }

    [Fact]
    public async Task Help_lists_the_modes_and_every_setting()
    {
        await using var program = ApiProcess.Run(new Dictionary<string, string?>(), "--help");
        await program.WaitForExitAsync(TimeSpan.FromSeconds(30));
        program.ExitCode.Should().Be(0);
        program.Output.Should().Contain("--migrate").And.Contain("--Booking:PatienceSeconds = 10").And.Contain("--Database:Pooling = True");
    }

    [Fact]
    public async Task A_program_that_is_stopped_while_it_warms_up_ends_in_good_order()
    {
        await using var api = ApiProcess.Launch(new Dictionary<string, string?>(ConnectTo($"Data Source={_folder.File("warm.db")}")) { ["WarmUp__Seconds"] = "60" });
        await Eventually.HoldsAsync(() => IsWarmingUpAsync(api), TimeSpan.FromSeconds(30), () => api.Output);

        (await api.StopAsync()).Should().Be(0, api.Output);
        api.Output.Should().NotContain("   at ");
    }

    private static async Task<bool> IsWarmingUpAsync(ApiProcess api)
    {
        try
        {
            return (await api.Client.GetAnswerAsync("/health/ready")).Code == "starting_up";
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    [Fact]
    public async Task A_wrong_port_stops_the_program_with_its_name()
    {
        await using var api = ApiProcess.Launch(new Dictionary<string, string?> { ["DB_HOST"] = "localhost", ["DB_PORT"] = "http" });
        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(30));
        api.Process.ExitCode.Should().Be(1);
        api.Output.Should().Be("Cannot start. DB_PORT: 'http' is not a port number.");
    }

    [Fact]
    public async Task An_address_in_use_stops_the_program_with_a_hint()
    {
        await using var first = await ApiProcess.StartAsync(ConnectTo($"Data Source={_folder.File("a.db")}"));
        await using var second = ApiProcess.Run(ConnectTo($"Data Source={_folder.File("b.db")}"), "--urls", first.Address.ToString());
        await second.WaitForExitAsync(TimeSpan.FromSeconds(30));

        second.ExitCode.Should().Be(1);
        second.Output.Should().Contain("address already in use").And.Contain("--urls").And.NotContain("   at ");
    }

    [Fact]
    public async Task The_log_is_json_when_asked_and_has_no_line_per_booking()
    {
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>(ConnectTo($"Data Source={_folder.File("log.db")}"))
        {
            ["Log__Format"] = "Json",
        });
        var id = await api.Client.SetupAsync(5, "atomic_update");
        for (var i = 0; i < 10; i++)
        {
            await api.Client.BookAsync(id);
        }

        (await api.StopAsync()).Should().Be(0);

        var lines = api.Output.Split(Environment.NewLine);
        lines.Should().ContainSingle().Which.Should().StartWith("{\"@t\":").And.Contain("Listening on");
    }

    private static Dictionary<string, string?> ConnectTo(string connectionString) => new()
    {
        ["ConnectionStrings__Ticketing"] = connectionString,
    };
}
