using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Hosting;

/// <summary>The one MariaDB server of this test run. Every fixture makes its own database on it.</summary>
internal static class SharedMariaDb
{
    private static readonly Lazy<Task<MariaDbServer>> _server = new(async () =>
    {
        var server = await MariaDbServer.StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    });

    public static Task<MariaDbServer> GetAsync() => _server.Value;
}
