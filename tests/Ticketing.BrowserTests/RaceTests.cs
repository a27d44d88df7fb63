using System.Globalization;
using System.Text.Json;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>Strategies race each other, with buyers that the server sends, and the page shows it.</summary>
public sealed class RaceTests(Chromium chromium, Site site) : BrowserTest(chromium)
{
    private const float Patience = 60_000;
    private readonly ApiProcess _api = site.Api;

    [Theory]
    [InlineData("turns")]
    [InlineData("together")]
    public async Task Naive_oversells_and_batched_does_not(string mode)
    {
        var visitor = await StartAsync(tickets: 20, buyers: 200, quantity: 1, mode, "naive", "batched");
        await Expect(visitor["#run"]).ToHaveTextAsync("Racing…");
        await Expect(visitor["#race-results"]).ToBeVisibleAsync();
        await Expect(visitor["#race-files"]).ToBeHiddenAsync();
        await Expect(visitor[".lane .tag"].First).ToBeVisibleAsync();
        await visitor.ScreenshotAsync($"race-running-{mode}");
        await FinishedAsync(visitor);
        await visitor.ScreenshotAsync($"race-finished-{mode}");

        var naive = await RacedAsync(visitor, "naive");
        var batched = await RacedAsync(visitor, "batched");
        var oversold = naive.GetProperty("oversold").GetInt64();
        oversold.Should().BePositive("naive must lose the race, or the race shows nothing");
        batched.GetProperty("oversold").GetInt64().Should().Be(0);
        batched.GetProperty("tickets_sold").GetInt64().Should().Be(20);

        await Expect(Figure(visitor, "naive", "sold")).ToHaveTextAsync(Text(naive.GetProperty("tickets_sold")));
        await Expect(Figure(visitor, "naive", "oversold")).ToHaveTextAsync(Text(naive.GetProperty("oversold")));
        await Expect(Figure(visitor, "batched", "sold")).ToHaveTextAsync("20");
        await Expect(Figure(visitor, "batched", "oversold")).ToHaveTextAsync("0");
        await Expect(Figure(visitor, "batched", "refused")).ToHaveTextAsync("180");
        await Expect(visitor["#verdict h2"]).ToHaveTextAsync(
            $"naive sold {oversold} tickets that do not exist. batched did not.");
        (await ColorAsync(visitor, "naive")).Should().NotBe(await ColorAsync(visitor, "batched"), "what was oversold is red");
        foreach (var share in (string[])["p50", "p95"])
        {
            await Expect(Figure(visitor, "batched", share)).ToContainTextAsync("ms");
        }

        await Expect(visitor["#chart canvas"]).ToBeVisibleAsync();
        (await visitor.Page.EvaluateAsync<int>("document.querySelector('#chart canvas').width")).Should().BeGreaterThan(300);
    }

    [Fact]
    public async Task The_two_buyers_of_one_ticket_stand_side_by_side_and_beside_them_the_cure()
    {
        var visitor = await StartAsync(tickets: 20, buyers: 200, quantity: 1, "turns", "naive", "for_update", "batched");
        await FinishedAsync(visitor);

        await Expect(visitor["#story-text"]).ToContainTextAsync("took one that does not exist");
        await Expect(visitor[".timeline"]).ToHaveCountAsync(2);
        await Expect(visitor["#story-columns h4"]).ToHaveTextAsync((string[])["naive", "for_update"]);
        while (await visitor["#story-next"].IsEnabledAsync())
        {
            await visitor["#story-next"].ClickAsync();
        }

        await Expect(visitor[".strategy-naive .story-table td:has-text('reads: ')"]).ToHaveCountAsync(2);
        await Expect(visitor[".strategy-naive .story-table td:has-text('reads: 0 left')"]).ToHaveCountAsync(0);
        await Expect(visitor[".strategy-naive .story-table td:has-text('is told “booked”')"]).ToHaveCountAsync(2);
        await Expect(visitor[".strategy-for_update .story-table td:has-text('reads: 1 left')"]).ToHaveCountAsync(1);
        await Expect(visitor[".strategy-for_update .story-table td:has-text('reads: 0 left')"]).ToHaveCountAsync(1);
        await Expect(visitor[".strategy-for_update .story-table td:has-text('is told “sold out”')"]).ToHaveCountAsync(1);
        await visitor.ScreenshotAsync("race-story");

        await visitor["#story-cure"].SelectOptionAsync("batched");
        await Expect(visitor["#story-columns h4"]).ToHaveTextAsync((string[])["naive", "batched"]);
        await Expect(visitor["#story-text"]).ToContainTextAsync("one queue");
        await visitor.ShouldFitAPhoneAsync("race-story-batched");
    }

    [Fact]
    public async Task An_unavailable_strategy_shows_why()
    {
        // The page does not learn it beforehand; the race does.
        var visitor = (await VisitAsync(_api)).MayFail("/strategies", "/races");
        await visitor.Page.RouteAsync("**/strategies", route => route.AbortAsync());
        await visitor.Page.ReloadAsync();
        await visitor["nav a[href='#race']"].ClickAsync();
        await RunAsync(visitor, tickets: 10, buyers: 12, quantity: 1, "turns", "atomic_update", "distributed_lock");

        await Expect(visitor["#race-strategies-error"]).ToContainTextAsync("ConnectionStrings__Redis");
        await Expect(visitor["#race-results"]).ToBeHiddenAsync();
        await visitor.ScreenshotAsync("race-unavailable");
    }

    [Fact]
    public async Task A_link_opens_a_race_again()
    {
        var visitor = await StartAsync(tickets: 10, buyers: 50, quantity: 1, "turns", "atomic_update");
        await FinishedAsync(visitor);
        var link = visitor.Page.Url;
        link.Should().MatchRegex("#race/[0-9]+$");

        var other = await VisitAsync(_api, new Uri(link).PathAndQuery + new Uri(link).Fragment);

        await Expect(other["#verdict h2"]).ToHaveTextAsync("atomic_update did not oversell.");
        await Expect(Figure(other, "atomic_update", "refused")).ToHaveTextAsync("40");
    }

    [Fact]
    public async Task Races_are_kept_under_a_name_stand_side_by_side_and_open_again_without_the_server()
    {
        var visitor = await StartAsync(tickets: 10, buyers: 50, quantity: 1, "turns", "atomic_update");
        await FinishedAsync(visitor);
        await visitor["#keep-form button"].ClickAsync();
        await Expect(visitor["#keep-name-error"]).ToHaveTextAsync("Enter a name.");
        await visitor["#keep-name"].FillAsync("one, \"fast\" & <b>");
        await visitor["#keep-form button"].ClickAsync();
        var link = visitor.Page.Url;

        await visitor["#race-buyers"].FillAsync("30");
        await visitor["#run"].ClickAsync();
        await FinishedAsync(visitor);
        await visitor["#keep-name"].FillAsync("two");
        await visitor["#keep-form button"].ClickAsync();

        await Expect(visitor["#kept-table tbody tr"]).ToHaveCountAsync(2);
        await visitor.ScreenshotAsync("race-kept");
        await visitor.ShouldFitAPhoneAsync("race-kept");
        var csv = await SavedAsync(visitor, "#kept-csv");
        csv.Should().Contain("\"one, \"\"fast\"\" & <b>\",").And.Contain("\r\ntwo,");

        await visitor.Page.GotoAsync("about:blank");
        await visitor.Page.GotoAsync(link);
        await Expect(visitor["#verdict h2"]).ToHaveTextAsync("atomic_update did not oversell.");
        await Expect(Figure(visitor, "atomic_update", "refused")).ToHaveTextAsync("40");
        await visitor["#kept-table button"].First.ClickAsync();
        await Expect(visitor["#kept-table tbody tr"]).ToHaveCountAsync(1);
        await visitor.Page.ReloadAsync();
        await Expect(visitor["#race-answer"]).ToContainTextAsync("Not kept here");
    }

    [Fact]
    public async Task Where_races_are_not_run_the_page_says_what_to_do()
    {
        var api = await StartServerAsync(("Lab__Enabled", "false"));
        var visitor = await VisitAsync(api, "/#race", mayFail: "/faults");

        await Expect(visitor["#race-answer"]).ToContainTextAsync("Lab__Enabled");
        await Expect(visitor["#run"]).ToBeHiddenAsync();
        await Expect(visitor["#race-tickets"]).ToBeDisabledAsync();
        await visitor.ScreenshotAsync("race-closed");
    }

    [Fact]
    public async Task A_race_with_more_tickets_than_buyers_says_that_nothing_was_tested()
    {
        var visitor = await StartAsync(tickets: 30, buyers: 10, quantity: 1, "turns", "naive");
        await FinishedAsync(visitor);

        await Expect(visitor["#verdict"]).ToContainTextAsync("naive sold 10 of 30 tickets, 20 left.");
        await Expect(visitor["#verdict"]).ToContainTextAsync("nothing was tested");
    }

    [Fact]
    public async Task A_stopped_race_shows_the_tickets_sold_so_far()
    {
        var visitor = await StartAsync(tickets: 2000, buyers: 2000, quantity: 1, "turns", atOnce: 1, "batched");
        await Expect(Figure(visitor, "batched", "sold")).Not.ToHaveTextAsync("0");
        await visitor["#stop"].ClickAsync();
        await FinishedAsync(visitor);

        var sold = (await RacedAsync(visitor, "batched")).GetProperty("tickets_sold");
        sold.GetInt64().Should().BeInRange(1, 1999);
        await Expect(Figure(visitor, "batched", "sold")).ToHaveTextAsync(sold.GetInt64().ToString("N0", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_race_can_be_saved_as_JSON_and_as_CSV()
    {
        var visitor = await StartAsync(tickets: 20, buyers: 60, quantity: 1, "turns", "naive", "batched");
        await FinishedAsync(visitor);

        using var json = JsonDocument.Parse(await SavedAsync(visitor, "#race-json"));
        var csv = (await SavedAsync(visitor, "#race-csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')).ToList();

        csv.Should().HaveCount(3);
        foreach (var (strategy, line) in ((string[])["naive", "batched"]).Zip(csv.Skip(1)))
        {
            var raced = await RacedAsync(visitor, strategy);
            var values = csv[0].Zip(line).ToDictionary(pair => pair.First, pair => pair.Second);
            values["strategy"].Should().Be(strategy);
            values["tickets"].Should().Be("20");
            values["buyers"].Should().Be("60");
            values["sold"].Should().Be(Text(raced.GetProperty("tickets_sold")));
            values["oversold"].Should().Be(Text(raced.GetProperty("oversold")));
            values["together"].Should().Be("false");
            double.Parse(values["p95_ms"], CultureInfo.InvariantCulture).Should().BePositive();
            json.RootElement.GetProperty("lanes").EnumerateArray().Should().Contain(lane =>
                lane.GetProperty("strategy").GetString() == strategy && Text(lane.GetProperty("counted").GetProperty("tickets_sold")) == values["sold"]);
        }
    }

    [Fact]
    public async Task The_sale_goes_on_with_the_event_that_it_showed()
    {
        await SetupAsync(_api, 77, name: "Shown before the race");
        var visitor = await VisitAsync(_api);
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Shown before the race");
        await visitor["nav a[href='#race']"].ClickAsync();
        await RunAsync(visitor, tickets: 5, buyers: 6, quantity: 1, "turns", "batched");
        await FinishedAsync(visitor);

        await visitor["nav a[href='#sale']"].ClickAsync();

        await Expect(visitor["#newer"]).ToBeHiddenAsync();
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Shown before the race");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("77");
        await Expect(visitor["#mine"]).ToContainTextAsync("Nothing booked yet.");
    }

    [Fact]
    public async Task More_than_2000_buyers_are_refused()
    {
        var visitor = await StartAsync(tickets: 10, buyers: 2001, quantity: 1, "turns", "batched");
        await Expect(visitor["#race-buyers-error"]).ToContainTextAsync("1 to 2,000");
        await Expect(visitor["#race-results"]).ToBeHiddenAsync();
    }

    private Task<Visitor> StartAsync(int tickets, int buyers, int quantity, string mode, params string[] strategies) =>
        StartAsync(tickets, buyers, quantity, mode, atOnce: 500, strategies);

    private async Task<Visitor> StartAsync(int tickets, int buyers, int quantity, string mode, int atOnce, params string[] strategies)
    {
        var visitor = (await VisitAsync(_api, "/#race")).MayFail("/races");
        await visitor["#race-at-once"].FillAsync(atOnce.ToString(CultureInfo.InvariantCulture));
        await RunAsync(visitor, tickets, buyers, quantity, mode, strategies);
        return visitor;
    }

    private static async Task RunAsync(Visitor visitor, int tickets, int buyers, int quantity, string mode, params string[] strategies)
    {
        foreach (var box in await visitor["#race-strategies input"].AllAsync())
        {
            await box.SetCheckedAsync(strategies.AsEnumerable().Contains(await box.GetAttributeAsync("value")));
        }

        await visitor["#race-tickets"].FillAsync(tickets.ToString(CultureInfo.InvariantCulture));
        await visitor["#race-buyers"].FillAsync(buyers.ToString(CultureInfo.InvariantCulture));
        await visitor["#race-quantity"].FillAsync(quantity.ToString(CultureInfo.InvariantCulture));
        await visitor[$"[name=mode][value={mode}]"].CheckAsync();
        await visitor["#run"].ClickAsync();
    }

    private static Task FinishedAsync(Visitor visitor) => Expect(visitor["#run"]).ToHaveTextAsync("Run it again", new() { Timeout = Patience });

    /// <summary>What the file holds that a button saves.</summary>
    private static async Task<string> SavedAsync(Visitor visitor, string button)
    {
        var download = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor[button].ClickAsync());
        using var reader = new StreamReader(await download.CreateReadStreamAsync());
        return await reader.ReadToEndAsync();
    }

    private static Microsoft.Playwright.ILocator Figure(Visitor visitor, string strategy, string figure) =>
        visitor[$"[data-lane={strategy}] [data-figure={figure}]"];

    private static Task<string> ColorAsync(Visitor visitor, string strategy) =>
        Figure(visitor, strategy, "oversold").EvaluateAsync<string>("element => getComputedStyle(element).color");

    private static string Text(JsonElement number) => number.GetInt64().ToString(CultureInfo.InvariantCulture);

    /// <summary>The status of the event with which a strategy has raced.</summary>
    private async Task<JsonElement> RacedAsync(Visitor visitor, string strategy)
    {
        var race = await GetAsync(_api, $"/races/{visitor.Page.Url.Split('/')[^1]}");
        var lane = race.GetProperty("lanes").EnumerateArray().First(lane => lane.GetProperty("strategy").GetString() == strategy);
        return await GetAsync(_api, $"/status?event_id={lane.GetProperty("event_id")}");
    }
}
