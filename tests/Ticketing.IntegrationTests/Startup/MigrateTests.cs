using System.Globalization;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Startup;

/// <summary>One process brings the database up to date, and the replicas only look whether it is.</summary>
[Trait("Run", "Full")]
public sealed class MigrateTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Migrate_creates_the_database_logs_one_line_and_exits()
    {
        var settings = await NewDatabaseAsync(migrateOnStart: false);

        // Behind the word stands a setting: it must not be taken for the word's value.
        await using (var migration = ApiProcess.Run(settings, "--migrate", "--Log:Level", "Information"))
        {
            await migration.WaitForExitAsync(_patience);
            migration.ExitCode.Should().Be(0, migration.Output);
            migration.Output.Split(Environment.NewLine).Should().ContainSingle().Which.Should().Contain("The database is up to date: MariaDB, ");
        }

        await using (var again = ApiProcess.Run(settings, "--migrate"))
        {
            await again.WaitForExitAsync(_patience);
            again.ExitCode.Should().Be(0, "an orchestrator may repeat it");
        }

        await using var replica = await ApiProcess.StartAsync(settings);
        var id = await replica.Client.SetupAsync(1, "batched");
        (await replica.Client.BookAsync(id)).IsBooked.Should().BeTrue();
    }

    [Fact]
    public async Task A_replica_that_may_not_migrate_waits_for_the_tables()
    {
        var settings = await NewDatabaseAsync(migrateOnStart: false);
        await using var replica = ApiProcess.Launch(settings);
        await replica.Process.WritesAsync("--migrate");
        (await replica.IsReadyAsync()).Should().BeFalse("there are no tables yet");

        await using var migration = ApiProcess.Run(settings, "--migrate");
        await migration.WaitForExitAsync(_patience);

        await Eventually.HoldsAsync(replica.IsReadyAsync, _patience, () => replica.Output);
    }

    [Fact]
    public async Task Tables_that_never_come_end_the_replica_in_one_line_that_says_what_to_do()
    {
        var settings = await NewDatabaseAsync(migrateOnStart: false, startupTimeoutSeconds: 2);
        await using var replica = ApiProcess.Run(settings);
        await replica.WaitForExitAsync(_patience);

        replica.ExitCode.Should().Be(1);
        replica.Output.Should().Contain("Cannot start. No database after 2 s").And.Contain("_Initial").And.Contain("--migrate").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_new_file_without_tables_says_what_to_do_too()
    {
        using var folder = new TemporaryFolder();
        await using var replica = ApiProcess.Run(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("new.db")}",
            ["Database__MigrateOnStart"] = "false",
            ["Database__StartupTimeoutSeconds"] = "1",
        });
        await replica.WaitForExitAsync(_patience);

        replica.Output.Should().Contain("Cannot start. No database after 1 s").And.Contain("--migrate").And.NotContain("   at ");
    }

    [Theory]
    [InlineData("CREATE TABLE events (id INT PRIMARY KEY, title TEXT)")]
    [InlineData("CREATE TABLE bookings (room INT, day DATE)")]
    public async Task Tables_of_another_program_are_not_adopted(string table)
    {
        var server = await SharedMariaDb.GetAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await using (var connection = new MySqlConnection(connectionString))
        {
            await connection.OpenAsync();
            await using var create = new MySqlCommand(table, connection);
            await create.ExecuteNonQueryAsync();
        }

        await using var migration = ApiProcess.Run(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = connectionString }, "--migrate");
        await migration.WaitForExitAsync(TimeSpan.FromSeconds(20));

        migration.ExitCode.Should().Be(1);
        migration.Output.Should().Contain("belong to another program").And.NotContain("   at ");
    }

    [Fact]
    public async Task Migrating_without_a_server_gives_up_in_time()
    {
        await using var migration = ApiProcess.Run(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings__Ticketing"] = $"Server=127.0.0.1;Port={Ports.Free()};User ID=root",
                ["Database__StartupTimeoutSeconds"] = "1",
            },
            "--migrate");
        await migration.WaitForExitAsync(_patience);

        migration.ExitCode.Should().Be(1);
        migration.Output.Should().Contain("Cannot start. No database after 1 s");
    }

    private static async Task<Dictionary<string, string?>> NewDatabaseAsync(bool migrateOnStart, int startupTimeoutSeconds = 60) => new()
    {
        ["ConnectionStrings__Ticketing"] = (await SharedMariaDb.GetAsync()).For($"test_{Guid.NewGuid():N}"),
        ["Database__MigrateOnStart"] = migrateOnStart.ToString(),
        ["Database__StartupTimeoutSeconds"] = startupTimeoutSeconds.ToString(CultureInfo.InvariantCulture),
    };
}
