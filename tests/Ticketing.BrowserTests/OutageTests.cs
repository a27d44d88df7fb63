using System.Globalization;
using MySqlConnector;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>The server is busy or unavailable, and recovers. No order is lost, and none is booked twice.</summary>
public sealed class OutageTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task An_order_sent_during_an_outage_can_be_sent_again_afterwards()
    {
        var api = await StartServerAsync();
        var id = await SetupAsync(api, 40);
        var visitor = (await VisitAsync(api)).MayFail("/");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("40");

        await api.StopAsync();
        await Expect(visitor["#live-text"]).ToContainTextAsync("Stale since");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("40");
        await visitor["#user-id"].FillAsync("5");
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#answer"]).ToContainTextAsync("The server is unreachable");
        await Expect(visitor["#book"]).ToHaveTextAsync("Try again");
        await visitor.ScreenshotAsync("sale-unreachable");

        await visitor.Page.ReloadAsync().ContinueWith(_ => { }, TaskScheduler.Default); // there is nobody to answer
        await api.DisposeAsync();
        var again = await StartServerAsync(SettingsOf(), address: api.Address);
        await visitor.GoAsync("/");
        await Expect(visitor["#answer"]).ToContainTextAsync("An order is still open");
        await Expect(visitor["#live-text"]).ToContainTextAsync("Live");
        await visitor["#book"].ClickAsync();

        await Expect(visitor["#answer"]).ToContainTextAsync("1 ticket for user 5");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("39");
        (await SoldAsync(again, id)).Should().Be(1);
    }

    [Fact]
    public async Task An_open_page_recovers_by_itself()
    {
        var api = await StartServerAsync();
        var id = await SetupAsync(api, 40);
        var visitor = (await VisitAsync(api)).MayFail("/");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("40");

        await api.StopAsync();
        await Expect(visitor["#live"]).ToHaveClassAsync("live live-stale");
        await api.DisposeAsync();
        var again = await StartServerAsync(SettingsOf(), address: api.Address);
        await BookAsync(again, id, 4);

        await Expect(visitor["#remaining"]).ToHaveTextAsync("36");
        await Expect(visitor["#live"]).ToHaveClassAsync("live");
    }

    [Fact]
    public async Task A_busy_order_is_retried_with_the_same_key()
    {
        await using var server = await MariaDbServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = database,
            ["Booking__MaxAttempts"] = "1",
            ["Database__LockWaitTimeoutSeconds"] = "1",
        });
        var id = await SetupAsync(api, 30, "for_update");
        var visitor = (await VisitAsync(api)).MayFail("/book");
        var keys = new List<string>();
        visitor.Page.Request += (_, request) =>
        {
            if (request.Url.EndsWith("/book", StringComparison.Ordinal))
            {
                keys.Add(request.Headers["idempotency-key"]);
            }
        };
        await Expect(visitor["#remaining"]).ToHaveTextAsync("30");

        await using (var rival = new MySqlConnection(database))
        {
            await rival.OpenAsync();
            await using var transaction = await rival.BeginTransactionAsync();
            await using var command = new MySqlCommand(string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM events WHERE id = {id} FOR UPDATE"), rival, transaction);
            await command.ExecuteNonQueryAsync();

            await visitor["#user-id"].FillAsync("6");
            await visitor["#book"].EvaluateAsync(
                "button => { window.labels = []; new MutationObserver(() => labels.push(button.textContent)).observe(button, { childList: true }); }");
            await visitor["#book"].ClickAsync();
            await Expect(visitor["#answer"]).ToContainTextAsync("Nothing was booked");
            await visitor.ScreenshotAsync("sale-busy");
            await Expect(visitor["#book"]).ToHaveTextAsync("Try again");
            (await visitor.Page.EvaluateAsync<string[]>("labels")).Should().Equal("Booking…", "Try again in 1 s", "Try again");
            await transaction.RollbackAsync();
        }

        await visitor["#book"].ClickAsync();

        await Expect(visitor["#answer"]).ToContainTextAsync("1 ticket for user 6");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("29");
        keys.Should().HaveCount(2);
        keys.Distinct().Should().ContainSingle().Which.Should().NotBeEmpty();
    }
}
