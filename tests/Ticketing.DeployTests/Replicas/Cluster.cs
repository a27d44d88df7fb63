using System.Globalization;
using MySqlConnector;
using Ticketing.DeployTests.Proxy;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Replicas;

/// <summary>
/// Three replicas, and places for two more, behind the project's own Nginx and edge, on one MariaDB and one Redis, each a process of its own.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    private const int Replicas = 3;
    private const int Places = 5;

    /// <summary>Shorter than in production: a test restarts every replica, three times in a long run. Five times as long as it takes the edge to notice.</summary>
    private const int DrainSeconds = 1;

    private readonly Uri[] _places = [.. Enumerable.Range(0, Places).Select(_ => new Uri($"http://127.0.0.1:{Ports.Free()}"))];
    private readonly ApiProcess?[] _replicas = new ApiProcess?[Places];
    private Dictionary<string, string?> _settings = [];
    private FrontDoor _door = null!;

    public MariaDbProcess MariaDb { get; private set; } = null!;

    public RedisProcess Redis { get; private set; } = null!;

    public Uri Address => _door.Nginx.Address;

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
            // As a replica does that is started by hand: a cold one would meet the whole crowd with its first requests.
            ["WarmUp__Seconds"] = "1",
            ["Lab__Enabled"] = "true",
        };

        await using (var migration = ApiProcess.Run(_settings, "--migrate"))
        {
            await migration.WaitForExitAsync(TimeSpan.FromSeconds(60));
            migration.ExitCode.Should().Be(0, migration.Output);
        }

        _door = await FrontDoor.StartAsync(_places);
        await ListFreePlacesAsync(false);
        await StartAsync(Enumerable.Range(0, Replicas));
    }

    public async Task DisposeAsync()
    {
        await _door.DisposeAsync();
        await StopAsync(Enumerable.Range(0, Places));
        await Redis.DisposeAsync();
        await MariaDb.DisposeAsync();
    }

    /// <summary>Stops each replica as an orchestrator does, and starts it anew in the same place, one after the other.</summary>
    public async Task RestartReplicasAsync()
    {
        for (var i = 0; i < Replicas; i++)
        {
            await StopAsync([i]);
            _replicas[i] = await ApiProcess.StartAsync(_settings, address: _places[i]);
        }
    }

    /// <summary>Starts replicas in the two free places, and waits until the edge has found them. A name server lists them before they listen.</summary>
    public async Task ScaleUpAsync()
    {
        await ListFreePlacesAsync(true);
        await StartAsync(FreePlaces);
    }

    /// <summary>Stops the two that were added, as an orchestrator does.</summary>
    public async Task ScaleDownAsync()
    {
        await StopAsync(FreePlaces);
        await ListFreePlacesAsync(false);
    }

    /// <summary>Ends one replica as a power cut does.</summary>
    public async Task KillReplicaAsync(int place)
    {
        _replicas[place]!.Process.Kill();
        await _replicas[place]!.Process.WaitForExitAsync(TimeSpan.FromSeconds(10));
        await _replicas[place]!.DisposeAsync();
        _replicas[place] = null;
    }

    /// <summary>Starts replicas side by side, and waits until the edge sends requests to them.</summary>
    public async Task StartAsync(IEnumerable<int> places)
    {
        await Task.WhenAll(places.Select(async place => _replicas[place] = await ApiProcess.StartAsync(_settings, address: _places[place])));
        await _door.SeesAsync([.. _replicas.Select(replica => replica is not null)]);
    }

    private static IEnumerable<int> FreePlaces => Enumerable.Range(Replicas, Places - Replicas);

    private Task ListFreePlacesAsync(bool areListed) => Task.WhenAll(FreePlaces.Select(place => _door.Edge.ListAsync(place, areListed)));

    private Task StopAsync(IEnumerable<int> places) => Task.WhenAll(places.Where(place => _replicas[place] is not null).Select(async place =>
    {
        var old = _replicas[place]!;
        _replicas[place] = null;
        (await old.StopAsync()).Should().Be(0, old.Output);
        await old.DisposeAsync();
    }));

    /// <summary>Adds a metric up over the replicas, since they were started.</summary>
    internal Task<double> SumAsync(string metric, params (string, string)[] labels) => Scrape.SumAsync(_replicas.OfType<ApiProcess>(), metric, labels);

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

/// <summary>The tests that share one.</summary>
[CollectionDefinition(Name)]
public sealed class SharedCluster : ICollectionFixture<Cluster>
{
    public const string Name = "Cluster";
}
