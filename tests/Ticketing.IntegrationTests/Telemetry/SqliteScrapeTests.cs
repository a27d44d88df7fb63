using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>What <c>/metrics</c> shows where there is no pool of connections.</summary>
public sealed class SqliteScrapeTests(SqliteApi api) : IClassFixture<SqliteApi>
{
    [Fact]
    public async Task The_gauges_of_the_pool_are_there_and_say_zero()
    {
        var scrape = await Scrape.OfAsync(api.Client);

        foreach (var gauge in (string[])["db_connection_pool_size", "db_connection_pool_used", "db_connection_pool_available", "db_connection_pool_utilization"])
        {
            scrape.Find(gauge).Should().Be(0, gauge);
        }

        foreach (var state in (string[])["active", "idle", "waiting"])
        {
            scrape.Find("db_connections_total", ("state", state)).Should().Be(0, state);
        }
    }
}
