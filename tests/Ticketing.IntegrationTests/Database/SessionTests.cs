using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Database;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>SQLite's settings belong to a connection, and a connection in the pool keeps what its last user has set.</summary>
public sealed class SqliteSessionTests(SqliteApi api) : IClassFixture<SqliteApi>
{
    private const long Full = 2;

    private string ConnectionString => api.Services.GetRequiredService<DatabaseTarget>().ConnectionString;

    [Fact]
    public async Task A_connection_of_EF_Core_writes_ahead_and_flushes_every_commit()
    {
        await LeaveCarelessConnectionAsync();
        await using var db = await api.OpenDatabaseAsync();
        await db.Database.OpenConnectionAsync();

        await ShouldBeDurableAsync((SqliteConnection)db.Database.GetDbConnection());
    }

    [Fact]
    public async Task The_connection_of_a_batch_writes_ahead_and_flushes_every_commit()
    {
        await LeaveCarelessConnectionAsync();
        await using var batch = await api.Services.GetRequiredService<IBatchDatabase>().OpenAsync();

        var connection = batch.GetType()
            .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Single(field => field.FieldType == typeof(SqliteConnection))
            .GetValue(batch);
        await ShouldBeDurableAsync((SqliteConnection)connection!);
    }

    /// <summary>Puts one connection that flushes nothing into the pool; the next user gets it.</summary>
    private async Task LeaveCarelessConnectionAsync()
    {
        SqliteConnection.ClearAllPools();
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        await AskAsync(connection, "PRAGMA synchronous=OFF");
        (await AskAsync(connection, "PRAGMA synchronous")).Should().Be(0L);
    }

    private static async Task ShouldBeDurableAsync(SqliteConnection connection)
    {
        (await AskAsync(connection, "PRAGMA journal_mode")).Should().Be("wal");
        (await AskAsync(connection, "PRAGMA synchronous")).Should().Be(Full);
    }

    private static async Task<object?> AskAsync(SqliteConnection connection, string pragma)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = pragma;
        return await command.ExecuteScalarAsync();
    }
}

/// <summary>The isolation of our sessions on a server whose own default is REPEATABLE READ, as the server sees it.</summary>
[Trait("Run", "Full")]
public sealed class MariaDbSessionTests(MariaDbApi api) : IClassFixture<MariaDbApi>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Strategies => [.. BookingStrategyNames.All];

    /// <summary>Naive has no transaction of its own; its UPDATE is one.</summary>
    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task A_booking_runs_at_READ_COMMITTED(string strategy)
    {
        var connectionString = api.Services.GetRequiredService<DatabaseTarget>().ConnectionString;
        var id = await api.Client.SetupAsync(1, strategy);

        Task<Answer> order;
        string level;
        await using (await RowLock.TakeAsync(connectionString, id))
        {
            order = api.Client.BookAsync(id);
            level = (await Eventually.GetAsync(() => LevelOfWaitingAsync(connectionString), found => found is not null, _patience))!;
        }

        level.Should().Be("READ COMMITTED");
        (await order).IsBooked.Should().BeTrue();
    }

    [Fact]
    public async Task Every_session_of_the_pool_is_at_READ_COMMITTED_before_and_after_its_use()
    {
        await api.Client.SetupAsync(1, "batched"); // SaveChanges begins a transaction by itself, and the driver would set a level of its own for it
        var contexts = new List<TicketingDbContext>();
        try
        {
            for (var i = 0; i < 10; i++)
            {
                contexts.Add(await api.OpenDatabaseAsync());
                await contexts[i].Database.OpenConnectionAsync();
                (await contexts[i].Database.SqlQueryRaw<string>("SELECT @@tx_isolation AS Value").SingleAsync()).Should().Be("READ-COMMITTED");
            }
        }
        finally
        {
            foreach (var db in contexts)
            {
                await db.Database.CloseConnectionAsync();
                await db.DisposeAsync();
            }
        }
    }

    /// <summary>The isolation of the transaction that waits for a lock in that database; null when none does.</summary>
    private static async Task<string?> LevelOfWaitingAsync(string connectionString)
    {
        var database = new MySqlConnectionStringBuilder(connectionString).Database;
        return (string?)await (await SharedMariaDb.GetAsync()).QueryAsync(
            $"""
            SELECT t.trx_isolation_level
            FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
            WHERE p.DB = '{database}' AND t.trx_state = 'LOCK WAIT'
            """);
    }
}
