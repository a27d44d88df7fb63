using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>Nobody has set up anything yet, and nobody has read anything.</summary>
public sealed class FirstVisitTests(Chromium chromium) : BrowserTest(chromium)
{
    private ApiProcess _api = null!;

    public override async Task InitializeAsync() => _api = await StartServerAsync();

    [Fact]
    public async Task From_nothing_to_a_first_booking_takes_two_clicks()
    {
        var visitor = await VisitAsync(_api);
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Nothing is on sale yet");
        await Expect(visitor["#book"]).ToHaveAttributeAsync("aria-disabled", "true");
        await visitor.ScreenshotAsync("first-visit");

        await visitor["#sale-empty [data-reset]"].ClickAsync();
        await Expect(visitor["#remaining"]).ToHaveTextAsync("100");
        await Expect(visitor["#sale-strategy"]).ToHaveTextAsync("batched");

        await visitor["#book"].ClickAsync();
        await Expect(visitor["#booking-number"]).ToHaveTextAsync("#1");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("99");

        await visitor["nav a[href='#events']"].ClickAsync();
        await Expect(visitor["#events-table tbody tr"]).ToHaveCountAsync(1);
        await Expect(visitor["#tiles"]).ToContainTextAsync("99");
    }

    [Fact]
    public async Task The_endpoints_can_be_tried_out_on_their_own_page()
    {
        var visitor = await VisitAsync(_api, "/docs/");
        await visitor[".opblock-summary-path[data-path='/stats']"].ClickAsync();
        await visitor[".try-out__btn"].ClickAsync();
        await visitor["button.execute"].ClickAsync();

        await Expect(visitor[".live-responses-table tbody .response-col_status"]).ToContainTextAsync("200");
        await Expect(visitor[".request-url"]).ToContainTextAsync(new Uri(_api.Address, "/stats").ToString());
    }
}
