using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Systems;

/// <summary>A database that the lab has started, or found as the tests do.</summary>
public abstract class LabDatabase : IAsyncDisposable
{
    /// <summary>Product, version, and how durable a commit is on it.</summary>
    public required string Description { get; init; }

    /// <summary>For the API.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>CPU used so far by a server process that the lab started; null if there is none.</summary>
    public virtual TimeSpan? CpuTime => null;

    public static Task<LabDatabase> StartAsync(string product) =>
        product == "mariadb" ? MariaDbLabDatabase.StartAsync() : SqliteLabDatabase.StartAsync();

    public abstract DbConnection Connect();

    /// <summary>A counter of the server, such as <c>Connections</c>, which does not count those of the lab; null if there is no server.</summary>
    public virtual Task<long?> CountAsync(string status) => Task.FromResult<long?>(null);

    public abstract ValueTask DisposeAsync();
}

internal sealed class SqliteLabDatabase(TemporaryFolder folder) : LabDatabase
{
    public static Task<LabDatabase> StartAsync()
    {
        var folder = new TemporaryFolder();
        var connectionString = $"Data Source={folder.File("lab.db")}";
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return Task.FromResult<LabDatabase>(new SqliteLabDatabase(folder)
        {
            ConnectionString = connectionString,
            Description = $"SQLite {connection.ServerVersion}, WAL, synchronous=FULL, on {Machine.FileSystemOf(folder.Path)}",
        });
    }

    public override DbConnection Connect() => new SqliteConnection(ConnectionString);

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

internal sealed class MariaDbLabDatabase(MariaDbServer server) : LabDatabase
{
    /// <summary>Buffer pool and log hold everything that a run writes, as on a production server.</summary>
    private static readonly string[] _settings = ["innodb-buffer-pool-size=512M", "innodb-log-file-size=256M", "max-connections=2000"];

    public override TimeSpan? CpuTime => server.Process?.CpuTime;

    public static async Task<LabDatabase> StartAsync()
    {
        MariaDbServer server;
        try
        {
            server = await MariaDbServer.StartAsync(_settings);
        }
        catch (InvalidOperationException exception)
        {
            throw new LabException(exception.Message, exception);
        }

        var connectionString = new MySqlConnectionStringBuilder(await server.CreateDatabaseAsync()).ConnectionString;
        var version = Text(await server.QueryAsync("SELECT @@version"));
        var flush = Text(await server.QueryAsync("SELECT @@innodb_flush_log_at_trx_commit"));
        var pool = Convert.ToInt64(await server.QueryAsync("SELECT @@innodb_buffer_pool_size"), CultureInfo.InvariantCulture) / 1024 / 1024;
        var place = server.Process is null ? server.Kind : Machine.FileSystemOf(Text(await server.QueryAsync("SELECT @@datadir")));
        return new MariaDbLabDatabase(server)
        {
            ConnectionString = connectionString,
            Description = $"MariaDB {version}, innodb_flush_log_at_trx_commit={flush}, buffer pool {pool} MB, on {place}",
        };
    }

    /// <summary>
    /// Uses a pool of one connection that stays open, so that the difference of two counts contains no connection of the lab.
    /// </summary>
    public override DbConnection Connect() => new MySqlConnection($"{ConnectionString};Maximum Pool Size=1;Connection Idle Timeout=0;Connection Reset=false");

    public override async Task<long?> CountAsync(string status)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SHOW GLOBAL STATUS LIKE '{status}'";
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return long.Parse(reader.GetString(1), CultureInfo.InvariantCulture);
    }

    public override ValueTask DisposeAsync() => server.DisposeAsync();

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
