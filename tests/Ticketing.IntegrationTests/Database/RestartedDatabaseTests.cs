using System.Net;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>The database restarts while nobody orders. Its pooled connections are dead then, and no order and no read may meet one of them.</summary>
[Trait("Run", "Full")]
public sealed class RestartedDatabaseTests : IAsyncLifetime
{
    private MariaDbProcess _server = null!;
    private ApiProcess _api = null!;

    public static TheoryData<string> Strategies => [.. TestLength.Cases(3, ["batched", "naive", "atomic_update", "for_update", "row_version"])];

    public async Task InitializeAsync()
    {
        _server = await MariaDbProcess.StartAsync();
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"{_server.ConnectionString};Database=ticketing" });
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task After_a_restart_every_order_and_every_read_succeeds(string strategy)
    {
        BookingStrategyNames.All.Should().Contain(strategy);
        var id = await _api.Client.SetupAsync(1000, strategy);

        await RestartAsync();
        for (var user = 1; user <= 60; user++)
        {
            (await _api.Client.BookAsync(id, user)).Status.Should().Be(HttpStatusCode.OK, $"order {user}, one after the other{Environment.NewLine}{_api.Output}");
        }

        await RestartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(1, 120).Select(user => user % 2 == 0
            ? _api.Client.BookAsync(id, user)
            : _api.Client.GetAnswerAsync($"/history?user_id={user}&event_id={id}")));
        answers.Where(answer => answer.Status != HttpStatusCode.OK && answer.Code != "busy").Select(answer => answer.Code).Should().BeEmpty(_api.Output);
        answers.Should().Contain(answer => answer.IsBooked);
    }

    /// <summary>Fills the pool, and restarts the server.</summary>
    private async Task RestartAsync()
    {
        var looks = await Task.WhenAll(Enumerable.Range(1, 120).Select(user => _api.Client.GetAnswerAsync($"/history?user_id={user}&page_size={Random.Shared.Next(1, 100)}")));
        looks.Should().OnlyContain(look => look.Status == HttpStatusCode.OK);
        (await Scrape.OfAsync(_api.Client)).Find("db_connection_pool_size").Should().BeGreaterThan(0);
        await _server.StopAsync();
        await _server.StartAsync();
        await Eventually.HoldsAsync(_api.IsReadyAsync, TimeSpan.FromSeconds(10));
    }
}
