using Ticketing.TestServers;

namespace Ticketing.RaceLab.Systems;

/// <summary>The surroundings of a run: the database and Redis, started once, or the address of a system that runs elsewhere.</summary>
public sealed class Laboratory : IAsyncDisposable
{
    private readonly LabDatabase? _database;
    private readonly RedisServer? _redis;
    private readonly Uri? _address;

    private Laboratory(LabDatabase? database, RedisServer? redis, Uri? address)
    {
        _database = database;
        _redis = redis;
        _address = address;
    }

    public string Database => _database?.Description ?? $"whatever {_address} uses";

    public bool HasRedis => _redis is not null || _address is not null;

    public static Laboratory Elsewhere(Uri address) => new(null, null, address);

    /// <param name="product"><c>sqlite</c> or <c>mariadb</c>.</param>
    /// <param name="withRedis">Whether a Redis is needed, too.</param>
    public static async Task<Laboratory> OpenAsync(string product, bool withRedis)
    {
        var database = await LabDatabase.StartAsync(product);
        try
        {
            return new(database, withRedis ? await RedisServer.StartAsync() : null, null);
        }
        catch (InvalidOperationException exception)
        {
            await database.DisposeAsync();
            throw new LabException(exception.Message, exception);
        }
    }

    public static async Task<bool> CanHaveRedisAsync() => ManagedProcess.Find("redis-server") is not null || await DockerEngine.AnswersAsync();

    public Task<SystemUnderTest> StartSystemAsync(SystemSettings settings) => _address is not null
        ? SystemUnderTest.AttachAsync(_address)
        : SystemUnderTest.StartAsync(_database!, settings, _redis?.ConnectionString);

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
