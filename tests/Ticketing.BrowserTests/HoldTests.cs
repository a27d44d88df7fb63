using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>A person holds tickets, thinks, and decides.</summary>
public sealed class HoldTests(Chromium chromium, Site site) : BrowserTest(chromium)
{
    private readonly ApiProcess _api = site.Api;

    [Fact]
    public async Task Tickets_are_held_with_a_countdown_and_confirmed_and_cancelled()
    {
        var id = await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api);
        await HoldOnPageAsync(visitor, user: 5101, quantity: 2);

        await Expect(visitor["#answer"]).ToContainTextAsync("Held for you");
        await Expect(visitor["#answer .clock"]).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(09:5[0-9]|10:00) left$"));
        await Expect(visitor["#remaining"]).ToHaveTextAsync("98");
        await Expect(visitor["#sale-held"]).ToHaveTextAsync("2");
        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync("Held");
        await visitor.ScreenshotAsync("hold-held");

        await visitor.Page.ReloadAsync();
        await visitor["#mine"].GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();

        await Expect(visitor["#mine-answer"]).ToContainTextAsync("the tickets are yours");
        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync("Confirmed");
        await Expect(visitor["#sale-held"]).ToHaveTextAsync("0");
        (await SoldAsync(_api, id)).Should().Be(2);
        await visitor.ScreenshotAsync("hold-confirmed");

        var cancel = visitor["#mine"].GetByRole(AriaRole.Button, new() { Name = "Cancel" });
        await cancel.ClickAsync();
        await Expect(cancel).ToHaveTextAsync("Really cancel?");
        (await SoldAsync(_api, id)).Should().Be(2, "one click does not cancel");
        await cancel.ClickAsync();

        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync("Cancelled");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("100");
        (await SoldAsync(_api, id)).Should().Be(0);
        await visitor.ScreenshotAsync("hold-cancelled");
    }

    [Fact]
    public async Task A_hold_is_confirmed_or_released_from_the_answer()
    {
        var id = await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api);
        await HoldOnPageAsync(visitor, user: 5102, quantity: 1);
        await visitor["#answer"].GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Expect(visitor["#answer"]).ToContainTextAsync("Booked");
        await Expect(visitor["#booking-number"]).ToBeVisibleAsync();
        (await SoldAsync(_api, id)).Should().Be(1);

        await HoldOnPageAsync(visitor, user: 5102, quantity: 3);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("96");
        await visitor["#answer"].GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await Expect(visitor["#answer"]).ToContainTextAsync("for sale again");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("99");
        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync("Released");
    }

    [Fact]
    public async Task A_hold_can_last_longer()
    {
        await SetupWithAsync(_api, new { total_tickets = 5, hold_seconds = 60 });
        var visitor = await VisitAsync(_api);
        await HoldOnPageAsync(visitor, user: 5103, quantity: 1);
        await Expect(visitor["#mine .clock"]).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(00:5[0-9]|01:00) left$"));

        await visitor["#mine"].GetByRole(AriaRole.Button, new() { Name = "Hold longer" }).ClickAsync();

        await Expect(visitor["#mine .clock"]).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(09:5[0-9]|10:00) left$"));
    }

    [Fact]
    public async Task A_buyer_who_walks_away_sees_the_hold_lapse_and_can_hold_again()
    {
        await SetupWithAsync(_api, new { total_tickets = 1, hold_seconds = 10 });
        var visitor = await VisitAsync(_api);
        var other = await VisitAsync(_api);
        await HoldOnPageAsync(visitor, user: 5104, quantity: 1);
        await Expect(other["#remaining"]).ToHaveTextAsync("0");

        await Expect(visitor["#answer"]).ToContainTextAsync("The hold has expired", new() { Timeout = 25_000 });
        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync("Expired");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("1");
        await visitor.ScreenshotAsync("hold-lapsed");

        await HoldOnPageAsync(visitor, user: 5104, quantity: 1);
        await Expect(visitor["#answer"]).ToContainTextAsync("Held for you");
    }

    [Fact]
    public async Task Everything_about_holds_is_in_Indonesian_too()
    {
        await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api);
        await visitor["button[data-language=id]"].ClickAsync();
        await HoldOnPageAsync(visitor, user: 5105, quantity: 2);

        await Expect(visitor["#answer"]).ToContainTextAsync("Ditahan untuk Anda");
        await Expect(visitor["#mine .clock"]).ToContainTextAsync("sisa");
        await visitor["#mine"].GetByRole(AriaRole.Button, new() { Name = "Lepas" }).ClickAsync();
        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync("Dilepas");
    }

    private static async Task HoldOnPageAsync(Visitor visitor, int user, int quantity)
    {
        await visitor["#user-id"].FillAsync(user.ToString(CultureInfo.InvariantCulture));
        await visitor["#quantity"].FillAsync(quantity.ToString(CultureInfo.InvariantCulture));
        await visitor["#hold"].ClickAsync();
        await Expect(visitor["#answer .message"]).ToBeVisibleAsync();
    }

    private static async Task SetupWithAsync(ApiProcess api, object command)
    {
        using var answer = await api.Client.PostAsJsonAsync("/setup", command);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("event_id").GetInt32().Should().BePositive();
    }
}
