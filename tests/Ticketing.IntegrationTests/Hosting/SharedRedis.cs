using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Hosting;

/// <summary>The one Redis of this test run. Fixtures share it, as events of different databases never meet in one lock for long.</summary>
internal static class SharedRedis
{
    private static readonly Lazy<Task<RedisServer>> _server = new(async () => SharedServers.Keep(await RedisServer.StartAsync()));

    public static Task<RedisServer> GetAsync() => _server.Value;
}
