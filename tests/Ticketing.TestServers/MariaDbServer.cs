using System.Globalization;
using DotNet.Testcontainers.Builders;
using MySqlConnector;

namespace Ticketing.TestServers;

/// <summary>
/// A real MariaDB for tests and measurements: a private server from the <c>mariadbd</c> on this machine, else the one that
/// <c>TICKETING_TEST_MARIADB</c> names, else a container. Local first, because it starts in a second and needs no image.
/// </summary>
public sealed class MariaDbServer : IAsyncDisposable
{
    public const string ConnectionStringVariable = "TICKETING_TEST_MARIADB";

    private const string Image = "mariadb:11.4";
    private const string Password = "ticketing";

    private readonly Func<ValueTask> _stop;

    private MariaDbServer(string kind, string connectionString, Func<ValueTask> stop)
    {
        Kind = kind;
        ConnectionString = connectionString;
        _stop = stop;
    }

    /// <summary>Where it came from, for reports.</summary>
    public string Kind { get; }

    /// <summary>With all rights, and without a database.</summary>
    public string ConnectionString { get; }

    /// <summary>The process, where it is one of ours.</summary>
    public MariaDbProcess? Process { get; private init; }

    /// <summary>Finds or starts a server.</summary>
    /// <param name="settings">Server options such as <c>transaction-isolation=READ-COMMITTED</c>, where a server is started.</param>
    public static async Task<MariaDbServer> StartAsync(params string[] settings)
    {
        if (ManagedProcess.Find("mariadbd") is not null)
        {
            var process = await MariaDbProcess.StartAsync(settings);
            return new("mariadbd", process.ConnectionString, process.DisposeAsync) { Process = process };
        }

        if (Environment.GetEnvironmentVariable(ConnectionStringVariable) is { } given)
        {
            return new("given", given, () => ValueTask.CompletedTask);
        }

        return await DockerEngine.AnswersAsync()
            ? await StartContainerAsync(settings)
            : throw new InvalidOperationException(
                $"These tests need a MariaDB: mariadbd (apt-get install mariadb-server), or a server named by {ConnectionStringVariable}, or a Docker engine.");
    }

    /// <summary>Creates an empty database and returns how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Guid.NewGuid():N}");
        await ExecuteAsync($"CREATE DATABASE {name} CHARACTER SET utf8mb4");
        return For(name);
    }

    /// <summary>How to connect to a database of that name, whether it exists or not.</summary>
    public string For(string database) => new MySqlConnectionStringBuilder(ConnectionString) { Database = database }.ConnectionString;

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<object?> QueryAsync(string sql)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync() => _stop();

    private static async Task<MariaDbServer> StartContainerAsync(string[] settings)
    {
        var container = (await DockerEngine.ContainerAsync(Image))
            .WithEnvironment("MARIADB_ROOT_PASSWORD", Password)
            .WithCommand([.. settings.Select(setting => $"--{setting}"), "--max-connections=1000"])
            .WithPortBinding(3306, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted("healthcheck.sh", "--connect", "--innodb_initialized"))
            .Build();
        try
        {
            await container.StartAsync();
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }

        var connectionString = new MySqlConnectionStringBuilder
        {
            Server = container.Hostname,
            Port = container.GetMappedPublicPort(3306),
            UserID = "root",
            Password = Password,
        }.ConnectionString;
        return new($"container {Image}", connectionString, container.DisposeAsync);
    }
}
