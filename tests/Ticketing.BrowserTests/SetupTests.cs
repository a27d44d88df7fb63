using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>A person puts events on sale.</summary>
public sealed class SetupTests(Chromium chromium, Site site) : BrowserTest(chromium)
{
    private readonly ApiProcess _api = site.Api;

    [Fact]
    public async Task One_click_resets_to_100_tickets()
    {
        await SetupAsync(_api, 5, "naive", "Before");
        var visitor = await VisitAsync(_api, "/#setup");
        await visitor.ScreenshotAsync("setup");

        await visitor["#setup [data-reset]"].ClickAsync();

        await Expect(visitor["#remaining"]).ToHaveTextAsync("100");
        (await GetAsync(_api, "/status")).GetProperty("total_tickets").GetInt32().Should().Be(100);
    }

    [Fact]
    public async Task The_form_sets_up_name_tickets_and_strategy()
    {
        var visitor = await VisitAsync(_api, "/#setup");
        await visitor["#event-name"].FillAsync("Jazz at Noon");
        await visitor["#total-tickets"].FillAsync("321");
        await visitor["#strategy-row_version"].CheckAsync();
        await visitor["#setup-form [type=submit]"].ClickAsync();

        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Jazz at Noon");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("321");
        await Expect(visitor["#sale-strategy"]).ToHaveTextAsync("row_version");
        (await GetAsync(_api, "/status")).GetProperty("strategy").GetString().Should().Be("row_version");
    }

    [Fact]
    public async Task The_current_sale_is_paused_resumed_and_closed()
    {
        var id = await SetupAsync(_api, 7, name: "Run of Show");
        var visitor = await VisitAsync(_api, "/#setup");
        await Expect(visitor["#current-event"]).ToHaveTextAsync($"Run of Show, event {id}:");
        await Expect(visitor["#current-state"]).ToHaveTextAsync("on sale, 7 left.");

        await visitor["#current-pause"].ClickAsync();
        await Expect(visitor["#current-state"]).ToContainTextAsync("paused");
        (await GetAsync(_api, $"/status?event_id={id}")).GetProperty("state").GetString().Should().Be("paused");
        await visitor["#current-resume"].ClickAsync();
        await Expect(visitor["#current-state"]).ToContainTextAsync("on sale");

        await visitor["#current-close"].ClickAsync();
        await Expect(visitor["#current-close"]).ToHaveTextAsync("Really close it? It cannot be reopened");
        (await GetAsync(_api, $"/status?event_id={id}")).GetProperty("state").GetString().Should().Be("on_sale", "closing takes two clicks");
        await visitor["#current-close"].ClickAsync();
        await Expect(visitor["#current-state"]).ToHaveTextAsync("ended, 7 left.");
        await Expect(visitor["#current-resume"]).ToBeHiddenAsync();
        await visitor.ScreenshotAsync("setup-run");
        (await GetAsync(_api, $"/status?event_id={id}")).GetProperty("state").GetString().Should().Be("ended");
    }

    [Fact]
    public async Task Every_strategy_of_the_api_is_offered_with_a_sentence()
    {
        var names = (await GetAsync(_api, "/openapi.json"))
            .GetProperty("components").GetProperty("schemas").GetProperty("BookingStrategy").GetProperty("enum").EnumerateArray()
            .Select(name => name.GetString());
        var visitor = await VisitAsync(_api, "/#setup");

        await Expect(visitor["#setup-strategies code"]).Not.ToHaveCountAsync(0); // the page asks the API for them
        (await visitor["#setup-strategies code"].AllInnerTextsAsync()).Should().BeEquivalentTo(names);
        (await visitor["#setup-strategies .choice-text"].AllInnerTextsAsync()).Should().OnlyContain(text => text.Length > 20);
    }

    [Fact]
    public async Task Wrong_fields_are_explained_and_nothing_is_set_up()
    {
        var before = (await GetAsync(_api, "/events")).GetProperty("total").GetInt64();
        var visitor = await VisitAsync(_api, "/#setup");
        await visitor["#event-name"].FillAsync("   ");
        await visitor["#total-tickets"].FillAsync("10000001");
        await visitor["#setup-form [type=submit]"].ClickAsync();

        await Expect(visitor["#event-name-error"]).ToContainTextAsync("1 to 200 characters");
        await Expect(visitor["#total-tickets-error"]).ToContainTextAsync("1 to 10,000,000");
        await Expect(visitor["#event-name"]).ToBeFocusedAsync();
        await visitor.ScreenshotAsync("setup-wrong");
        (await GetAsync(_api, "/events")).GetProperty("total").GetInt64().Should().Be(before);
    }

    [Fact]
    public async Task An_unavailable_strategy_shows_what_is_missing_before_it_is_chosen()
    {
        var visitor = await VisitAsync(_api, "/#setup");

        await Expect(visitor["#strategy-distributed_lock-text .choice-reason"]).ToContainTextAsync("ConnectionStrings__Redis");
        await Expect(visitor["#strategy-queued-text .choice-reason"]).ToContainTextAsync("ConnectionStrings__Redis");
        await Expect(visitor["#strategy-queued"]).ToBeDisabledAsync();
        await Expect(visitor["#strategy-distributed_lock"]).ToBeDisabledAsync();
        await Expect(visitor["#race-distributed_lock"]).ToBeDisabledAsync();
        await Expect(visitor["#strategy-batched"]).ToBeCheckedAsync();
        await visitor.ScreenshotAsync("setup-unavailable");
    }
}
