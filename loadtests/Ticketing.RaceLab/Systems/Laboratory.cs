using System.Data.Common;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Systems;

/// <summary>The environment of a run: a database and Redis, started once, or the address of a running system.</summary>
public sealed class Laboratory : IAsyncDisposable
{
    private readonly LabDatabase? _database;
    private readonly RedisServer? _redis;
    private readonly Uri? _address;
    private readonly TimeSpan _staleness;

    private Laboratory(LabDatabase? database, RedisServer? redis, Uri? address, TimeSpan staleness)
    {
        _staleness = staleness;
        _database = database;
        _redis = redis;
        _address = address;
    }

    public string Database => _database?.Description ?? $"the database of {_address}";

    public bool HasRedis => _redis is not null || _address is not null;

    /// <param name="staleness">How old its cached answers may be.</param>
    public static Laboratory Elsewhere(Uri address, TimeSpan staleness) => new(null, null, address, staleness);

    /// <param name="product"><c>sqlite</c> or <c>mariadb</c>.</param>
    /// <param name="withRedis">Whether Redis is needed too.</param>
    public static async Task<Laboratory> OpenAsync(string product, bool withRedis)
    {
        var database = await LabDatabase.StartAsync(product);
        try
        {
            return new(database, withRedis ? await RedisServer.StartAsync() : null, null, TimeSpan.Zero);
        }
        catch (InvalidOperationException exception)
        {
            await database.DisposeAsync();
            throw new LabException(exception.Message, exception);
        }
    }

    public static async Task<bool> CanHaveRedisAsync() => ManagedProcess.Find("redis-server") is not null || await DockerEngine.AnswersAsync();

    public Task<SystemUnderTest> StartSystemAsync(SystemSettings settings) => _address is not null
        ? SystemUnderTest.AttachAsync(_address, _staleness)
        : SystemUnderTest.StartAsync(_database!, settings, _redis?.ConnectionString);

    /// <summary>Connections that the database server has accepted so far, without those of the lab; null if the lab has started none.</summary>
    public Task<long?> CountConnectionsAsync() => CountAsync("Connections");

    /// <summary>Transactions that the database server has committed so far; null if the lab has started none.</summary>
    public Task<long?> CountCommitsAsync() => CountAsync("Com_commit");

    /// <summary>A connection to the database that the lab has started.</summary>
    public DbConnection Connect() => _database!.Connect();

    private Task<long?> CountAsync(string status) => _database?.CountAsync(status) ?? Task.FromResult<long?>(null);

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
