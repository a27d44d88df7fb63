using System.Globalization;
using MySqlConnector;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Replicas;

/// <summary>Three replicas behind the project's own Nginx, on one MariaDB and one Redis, each a process of its own.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private const int Replicas = 3;

    /// <summary>Shorter than in production, in the same proportion: a test restarts nine replicas.</summary>
    private const int DrainSeconds = 2;

    private readonly ApiProcess[] _replicas = new ApiProcess[Replicas];
    private Dictionary<string, string?> _settings = [];
    private NginxServer _nginx = null!;

    public MariaDbProcess MariaDb { get; private set; } = null!;

    public RedisProcess Redis { get; private set; } = null!;

    public Uri Address => _nginx.Address;

    public async Task InitializeAsync()
    {
        MariaDb = await MariaDbProcess.StartAsync();
        Redis = await RedisProcess.StartAsync();
        _settings = new()
        {
            ["ConnectionStrings__Ticketing"] = $"{MariaDb.ConnectionString};Database=ticketing",
            ["ConnectionStrings__Redis"] = Redis.ConnectionString,
            ["Shutdown__DrainSeconds"] = DrainSeconds.ToString(CultureInfo.InvariantCulture),
            ["Database__MigrateOnStart"] = "false",
        };

        await using (var migration = ApiProcess.Run(_settings, "--migrate"))
        {
            await migration.WaitForExitAsync(TimeSpan.FromSeconds(60));
            migration.ExitCode.Should().Be(0, migration.Output);
        }

        for (var i = 0; i < Replicas; i++)
        {
            _replicas[i] = await ApiProcess.StartAsync(_settings);
        }

        _nginx = await NginxServer.StartAsync(
            _replicas.Select(replica => replica.Address), new() { FailTimeout = TimeSpan.FromSeconds(DrainSeconds + 1) });
    }

    public async Task DisposeAsync()
    {
        await _nginx.DisposeAsync();
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await Redis.DisposeAsync();
        await MariaDb.DisposeAsync();
    }

    /// <summary>Stops each replica as an orchestrator does, and starts it anew in the same place, one after the other.</summary>
    public async Task RestartReplicasAsync()
    {
        for (var i = 0; i < Replicas; i++)
        {
            var old = _replicas[i];
            (await old.StopAsync()).Should().Be(0, old.Output);
            await old.DisposeAsync();
            _replicas[i] = await ApiProcess.StartAsync(_settings, address: old.Address);
        }
    }

    /// <summary>Adds a metric up over the replicas, since they were started.</summary>
    internal Task<double> SumAsync(string metric, params (string, string)[] labels) => Scrape.SumAsync(_replicas, metric, labels);

    /// <summary>What the database says of an event, which no cache stands before.</summary>
    internal async Task<Books> ReadBooksAsync(int eventId)
    {
        await using var connection = new MySqlConnection($"{MariaDb.ConnectionString};Database=ticketing;Pooling=false");
        await connection.OpenAsync();
        await using var stock = new MySqlCommand($"SELECT available_tickets FROM events WHERE id = {eventId}", connection);
        var available = Convert.ToInt32(await stock.ExecuteScalarAsync(), CultureInfo.InvariantCulture);

        await using var query = new MySqlCommand($"SELECT id FROM bookings WHERE event_id = {eventId}", connection);
        await using var reader = await query.ExecuteReaderAsync();
        var bookings = new List<int>();
        while (await reader.ReadAsync())
        {
            bookings.Add(Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture));
        }

        return new(available, bookings);
    }
}

/// <summary>An event in the database.</summary>
/// <param name="Available">Tickets left.</param>
/// <param name="Bookings">The ids of its bookings, of one ticket each.</param>
internal sealed record Books(int Available, IReadOnlyList<int> Bookings);
