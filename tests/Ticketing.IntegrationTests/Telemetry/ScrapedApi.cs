using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>A process of its own on a real MariaDB, because metrics belong to a process.</summary>
public sealed class ScrapedApi : IAsyncLifetime
{
    private ApiProcess _api = null!;

    public MariaDbServer Server { get; private set; } = null!;

    public string ConnectionString { get; private set; } = null!;

    public string DatabaseName => new MySqlConnectionStringBuilder(ConnectionString).Database;

    public HttpClient Client => _api.Client;

    public async Task InitializeAsync()
    {
        Server = await SharedMariaDb.GetAsync();
        ConnectionString = await Server.CreateDatabaseAsync();
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = ConnectionString,
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
        });
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    public Task<Scrape> ScrapeAsync() => Scrape.OfAsync(Client);
}
