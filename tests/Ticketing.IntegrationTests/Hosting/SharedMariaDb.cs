using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Hosting;

/// <summary>The one MariaDB server of this test run. Every fixture makes its own database on it.</summary>
internal static class SharedMariaDb
{
    private static readonly Lazy<Task<MariaDbServer>> _server = new(async () => SharedServers.Keep(await MariaDbServer.StartAsync()));

    public static Task<MariaDbServer> GetAsync() => _server.Value;
}
