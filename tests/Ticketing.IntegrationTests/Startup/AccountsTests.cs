using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Startup;

/// <summary>In production one account migrates the tables, and another serves, which can change no table and delete no row.</summary>
[Trait("Run", "Full")]
public sealed class AccountsTests : IAsyncLifetime
{
    /// <summary>With what a shell and SQL treat specially.</summary>
    private const string Password = """it's "$HOME" \ `x` %""";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    // The underscores are wildcards in a GRANT, and must not be.
    private readonly string _database = $"test_{Guid.NewGuid():N}";
    private readonly string _serving = $"serve_{Guid.NewGuid():N}"[..20];
    private readonly string _migrating = $"migrate_{Guid.NewGuid():N}"[..20];
    private MariaDbServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await SharedMariaDb.GetAsync();
        await _server.ExecuteAsync($"CREATE DATABASE {_database} CHARACTER SET utf8mb4");
        var pattern = _database.Replace("_", "\\_", StringComparison.Ordinal);
        await _server.ExecuteAsync($"CREATE USER {_migrating} IDENTIFIED BY 'migrates'; GRANT {MigratingPrivileges()} ON `{pattern}`.* TO {_migrating}");
        await RunAccountsScriptAsync();
    }

    public Task DisposeAsync() => _server.ExecuteAsync($"DROP DATABASE {_database}; DROP USER {_migrating}, {_serving}");

    [Fact]
    public async Task One_account_migrates_and_the_other_sells()
    {
        // As in a cluster: the replica starts before its tables are there.
        await using var replica = ApiProcess.Launch(Settings(_serving, Password));
        await replica.Process.WritesAsync("--migrate");
        await using (var migration = ApiProcess.Run(Settings(_migrating, "migrates"), "--migrate", "--finish"))
        {
            await migration.WaitForExitAsync(_patience);
            migration.ExitCode.Should().Be(0, migration.Output);
        }

        await Eventually.HoldsAsync(replica.IsReadyAsync, _patience, () => replica.Output);
        using var admin = ClientWith(replica, await ApiProcess.CreateKeyAsync(Settings(_serving, Password), "admin"));
        foreach (var strategy in (string[])["naive", "for_update", "row_version", "atomic_update", "batched"])
        {
            await SellAsync(admin, strategy);
        }

        var key = (await admin.PostAnswerAsync("/keys", new { role = "seller", name = "shop" })).Json.GetProperty("key_id").GetString();
        (await admin.SendAsync(HttpMethod.Delete, $"/keys/{key}")).Status.Should().Be(HttpStatusCode.NoContent);
        foreach (var list in (string[])["/keys", "/audit", "/history", "/stats", "/events", "/health"])
        {
            (await admin.GetAnswerAsync(list)).Status.Should().Be(HttpStatusCode.OK, list);
        }

        replica.Output.Should().NotContain("denied");
    }

    [Fact]
    public async Task The_serving_account_changes_no_table_and_deletes_no_row()
    {
        await using (var migration = ApiProcess.Run(Settings(_migrating, "migrates"), "--migrate"))
        {
            await migration.WaitForExitAsync(_patience);
            migration.ExitCode.Should().Be(0, migration.Output);
        }

        string[] statements =
        [
            "DELETE FROM bookings", "TRUNCATE TABLE audit", "ALTER TABLE events ADD COLUMN stolen INT", "CREATE INDEX mine ON bookings (id)",
            "CREATE TABLE mine (id INT)", "DROP TABLE bookings", $"GRANT SELECT ON {_database}.* TO {_serving}",
        ];
        foreach (var sql in statements)
        {
            var refused = () => ExecuteAsync(_database, sql);

            (await refused.Should().ThrowAsync<MySqlException>(sql)).Which.ErrorCode.Should().BeOneOf(MySqlErrorCode.TableAccessDenied, MySqlErrorCode.DatabaseAccessDenied);
        }
    }

    [Fact]
    public async Task The_serving_account_sees_no_other_database()
    {
        var neighbour = _database.Replace("test_", "testx", StringComparison.Ordinal);
        await _server.ExecuteAsync($"CREATE DATABASE {neighbour}");
        try
        {
            var refused = () => ExecuteAsync(neighbour, "SELECT 1");

            (await refused.Should().ThrowAsync<MySqlException>()).Which.ErrorCode.Should().Be(MySqlErrorCode.DatabaseAccessDenied);
        }
        finally
        {
            await _server.ExecuteAsync($"DROP DATABASE {neighbour}");
        }
    }

    private static async Task SellAsync(HttpClient admin, string strategy)
    {
        var id = await admin.SetupAsync(20, strategy);
        var booking = await admin.BookAsync(id, userId: 7, quantity: 2, key: $"order-{strategy}");
        booking.IsBooked.Should().BeTrue(booking.Text);
        var held = await Held(8);
        (await admin.ExtendAsync(held, 60)).Status.Should().Be(HttpStatusCode.OK);
        (await admin.EndHoldAsync(held, "confirm")).Status.Should().Be(HttpStatusCode.OK);
        (await admin.EndHoldAsync(await Held(9), "release")).Status.Should().Be(HttpStatusCode.OK);
        (await admin.CancelAsync(booking.Json.GetProperty("booking_id").GetInt64())).Json.GetProperty("returned").GetInt32().Should().Be(2);
        (await admin.SendAsync(HttpMethod.Patch, $"/events/{id}", new { total_tickets = 30 })).Status.Should().Be(HttpStatusCode.OK);
        foreach (var step in (string[])["pause", "resume", "close"])
        {
            (await admin.SendAsync(HttpMethod.Post, $"/events/{id}/{step}")).Status.Should().Be(HttpStatusCode.OK, step);
        }

        (await admin.StatusAsync(id)).GetProperty("available_tickets").GetInt32().Should().Be(29, strategy);

        async Task<long> Held(int user)
        {
            var answer = await admin.HoldAsync(id, userId: user);
            answer.Status.Should().Be(HttpStatusCode.Created, answer.Text);
            return answer.Json.GetProperty("hold_id").GetInt64();
        }
    }

    private static HttpClient ClientWith(ApiProcess replica, string key) =>
        new() { BaseAddress = replica.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };

    /// <summary>Those of the Grant in Kubernetes; the others let the image give MARIADB_USER all rights in the database.</summary>
    private static string MigratingPrivileges() => Regex.Match(
        File.ReadAllText(Repository.File("deploy", "kubernetes", "overlays", "production", "database.yaml")),
        @"kind: Grant\nmetadata:\n  name: ticketing-migrate\n.+?privileges: \[(.+?)\]",
        RegexOptions.Singleline).Groups[1].Value;

    /// <summary>The shipped script, as the entry point of MariaDB's image runs it: sourced, with a function that executes SQL as root.</summary>
    private async Task RunAccountsScriptAsync()
    {
        var root = new MySqlConnectionStringBuilder(_server.ConnectionString);
        await using var bash = ManagedProcess.Start(
            "bash",
            [
                "-euo", "pipefail", "-c",
                string.Create(CultureInfo.InvariantCulture, $$"""docker_process_sql() { mariadb --no-defaults --protocol=tcp --host={{root.Server}} --port={{root.Port}} --user=root "$@"; }; . "$0" """),
                Repository.File("deploy", "mariadb", "accounts.sh"),
            ],
            new Dictionary<string, string?>
            {
                ["MYSQL_PWD"] = root.Password,
                ["MARIADB_DATABASE"] = _database,
                ["SERVING_USER"] = _serving,
                ["SERVING_PASSWORD"] = Password,
            });
        await bash.WaitForExitAsync(_patience);
        bash.ExitCode.Should().Be(0, bash.Output);
    }

    private Dictionary<string, string?> Settings(string user, string password) => new()
    {
        ["ConnectionStrings__Ticketing"] = ConnectionString(user, password, _database),
        ["Database__MigrateOnStart"] = "false",
        ["Security__Mode"] = "Keys",
    };

    private string ConnectionString(string user, string password, string database) =>
        new MySqlConnectionStringBuilder(_server.ConnectionString) { UserID = user, Password = password, Database = database }.ConnectionString;

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new MySqlConnection(ConnectionString(_serving, Password, database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
