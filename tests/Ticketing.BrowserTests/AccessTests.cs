using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>A person runs a sale where the API asks who calls.</summary>
public sealed class AccessTests(Chromium chromium) : BrowserTest(chromium)
{
    private ApiProcess _api = null!;
    private string _key = null!;

    public override async Task InitializeAsync()
    {
        var settings = SettingsOf(("Security__Mode", "Keys"));
        _key = await ApiProcess.CreateKeyAsync(settings, "admin");
        _api = await StartServerAsync(settings);
    }

    [Fact]
    public async Task A_key_signs_in_until_the_tab_is_closed()
    {
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history", "/status");
        await Expect(visitor["#setup .message"]).ToContainTextAsync("Not signed in");
        await visitor.ScreenshotAsync("access");

        await visitor["#access-form [type=submit]"].ClickAsync();
        await Expect(visitor["#access-key-error"]).ToHaveTextAsync("Enter your key.");
        await visitor["#access-key"].FillAsync(_key[..^2]);
        await visitor["#access-key"].PressAsync("Enter");
        await Expect(visitor["#access-key-error"]).ToContainTextAsync("not accepted");
        await visitor.ScreenshotAsync("access-wrong");

        await visitor["#access-key"].FillAsync(_key);
        await visitor["#access-key"].PressAsync("Enter");
        await Expect(visitor["#sign-out"]).ToBeVisibleAsync();
        await visitor["#setup [data-reset]"].ClickAsync();
        await Expect(visitor["#remaining"]).ToHaveTextAsync("100");
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#booking-number"]).ToHaveTextAsync("#1");
        await Expect(visitor["#access"]).ToBeHiddenAsync();
        await visitor.ScreenshotAsync("access-signed-in");
        (await visitor.Page.EvaluateAsync<string>("JSON.stringify(localStorage)")).Should().NotContain("tk_", "it is kept for this tab only");

        await visitor["#sign-out"].ClickAsync();
        await Expect(visitor["#access"]).ToBeVisibleAsync(); // the list of bookings is not for everybody
        (await visitor.Page.EvaluateAsync<string>("JSON.stringify(sessionStorage)")).Should().NotContain("tk_");
    }
}
