using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>A person looks at a sale, and books.</summary>
public sealed class SaleTests(Chromium chromium, Site site) : BrowserTest(chromium)
{
    private readonly ApiProcess _api = site.Api;

    [Fact]
    public async Task The_current_event_is_shown_as_it_stands()
    {
        var id = await SetupAsync(_api, 250, "atomic_update", "Dangdut <b>Koplo</b> 🎤");
        await BookAsync(_api, id, 10);

        var visitor = await VisitAsync(_api);

        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Dangdut <b>Koplo</b> 🎤");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("240");
        await Expect(visitor["#sale-strategy"]).ToHaveTextAsync("atomic_update");
        await Expect(visitor["#sale-sold"]).ToHaveTextAsync("10");
        await Expect(visitor["#remaining-bar"]).ToHaveAttributeAsync("aria-valuenow", "240");
        await Expect(visitor["#live-text"]).ToContainTextAsync("Live");
    }

    [Fact]
    public async Task What_others_buy_is_seen_without_a_reload()
    {
        var id = await SetupAsync(_api, 20);
        var visitor = await VisitAsync(_api);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("20");

        await BookAsync(_api, id, 5);

        await Expect(visitor["#remaining"]).ToHaveTextAsync("15");
    }

    [Fact]
    public async Task A_booking_gives_a_number_and_is_listed()
    {
        var id = await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api);

        await BookOnPageAsync(visitor, user: 4242, quantity: 3);

        await Expect(visitor["#answer"]).ToContainTextAsync("3 tickets for user 4242");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("97");
        var booking = (await GetAsync(_api, "/history?user_id=4242")).GetProperty("items")[0];
        booking.GetProperty("event_id").GetInt32().Should().Be(id);
        var number = $"#{booking.GetProperty("booking_id").GetInt64().ToString(CultureInfo.InvariantCulture)}";
        await Expect(visitor["#booking-number"]).ToHaveTextAsync(number);
        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync(number);
        await visitor.ScreenshotAsync("sale-booked");

        await visitor.Page.ReloadAsync();
        await Expect(visitor["#user-id"]).ToHaveValueAsync("4242");
        await Expect(visitor["#mine tbody tr"].First).ToContainTextAsync(number);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public async Task A_double_click_books_once(int millisecondsBetween)
    {
        var id = await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api);
        await Expect(visitor["#book"]).ToHaveTextAsync("Book");

        var box = (await visitor["#book"].BoundingBoxAsync())!;
        var (x, y) = (box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await visitor.Page.Mouse.ClickAsync(x, y);
        await visitor.Page.WaitForTimeoutAsync(millisecondsBetween);
        await visitor.Page.Mouse.ClickAsync(x, y, new() { ClickCount = 2 });

        await Expect(visitor["#answer .message-ok"]).ToBeVisibleAsync();
        await visitor.Page.WaitForTimeoutAsync(500);
        (await SoldAsync(_api, id)).Should().Be(1);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("99");
    }

    [Fact]
    public async Task Two_orders_on_purpose_are_two_bookings()
    {
        var id = await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api);

        await BookOnPageAsync(visitor, user: 7, quantity: 1);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("99");
        await BookOnPageAsync(visitor, user: 7, quantity: 2);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("97");
        await visitor.Page.WaitForTimeoutAsync(1100);
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#remaining"]).ToHaveTextAsync("95");

        (await SoldAsync(_api, id)).Should().Be(5);
    }

    [Fact]
    public async Task An_event_can_be_sold_out()
    {
        await SetupAsync(_api, 2);
        var visitor = await VisitAsync(_api);

        await BookOnPageAsync(visitor, user: 1, quantity: 2);

        await Expect(visitor["#remaining"]).ToHaveTextAsync("0");
        await Expect(visitor["#sale-eyebrow"]).ToHaveTextAsync("Sold out");
        await Expect(visitor["#book"]).ToHaveTextAsync("Sold out");
        await Expect(visitor["#book"]).ToHaveAttributeAsync("aria-disabled", "true");
        await visitor.ScreenshotAsync("sale-sold-out");
    }

    [Fact]
    public async Task A_sale_that_has_not_started_counts_down_and_then_sells()
    {
        var id = await SetupAsync(new { event_name = "Concert", sale_starts_at = DateTimeOffset.UtcNow.AddSeconds(5), max_per_user = 3 });
        var visitor = (await VisitAsync(_api)).MayFail("/book");

        await Expect(visitor["#sale-eyebrow"]).ToHaveTextAsync("Not on sale yet");
        await Expect(visitor["#book"]).ToHaveTextAsync(new Regex("^On sale in 00:00:0[1-4]$"));
        await Expect(visitor["#book"]).ToHaveAttributeAsync("aria-disabled", "true");
        await visitor.ScreenshotAsync("sale-scheduled");

        await Expect(visitor["#sale-eyebrow"]).ToHaveTextAsync("Now on sale", new() { Timeout = 20_000 });
        await BookOnPageAsync(visitor, user: 77, quantity: 2);
        await Expect(visitor["#answer"]).ToContainTextAsync("2 tickets for user 77");
        await BookOnPageAsync(visitor, user: 77, quantity: 3);
        await Expect(visitor["#answer"]).ToContainTextAsync("You can book 1 more for this event");
        await visitor.ScreenshotAsync("sale-limit");

        await StopSaleAsync(id, "pause");
        await Expect(visitor["#book"]).ToHaveTextAsync("Sale paused");
        await Expect(visitor["#book"]).ToHaveAttributeAsync("aria-disabled", "true");
        await StopSaleAsync(id, "close");
        await Expect(visitor["#book"]).ToHaveTextAsync("Sale ended");
    }

    private async Task StopSaleAsync(int eventId, string how)
    {
        using var answer = await _api.Client.PostAsync(new Uri($"/events/{eventId}/{how}", UriKind.Relative), content: null);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<int> SetupAsync(object command)
    {
        using var answer = await _api.Client.PostAsJsonAsync("/setup", command);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("event_id").GetInt32();
    }

    [Fact]
    public async Task A_refused_order_shows_how_many_tickets_are_left()
    {
        var id = await SetupAsync(_api, 3);
        var visitor = (await VisitAsync(_api)).MayFail("/book");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("3");
        await HoldStatusAsync(visitor); // the page goes on showing 3, as it does for a moment in any case

        await BookAsync(_api, id, 2);
        await BookOnPageAsync(visitor, user: 1, quantity: 2);
        await Expect(visitor["#answer"]).ToContainTextAsync("Only 1 ticket left");
        await visitor.ScreenshotAsync("sale-not-enough");

        await BookAsync(_api, id, 1);
        await BookOnPageAsync(visitor, user: 1, quantity: 1);
        await Expect(visitor["#answer"]).ToContainTextAsync("No ticket is left. Nothing was booked.");
        await visitor.ScreenshotAsync("sale-too-late");
    }

    [Fact]
    public async Task Bad_input_is_explained_at_its_field_and_nothing_is_booked()
    {
        var id = await SetupAsync(_api, 10);
        var visitor = await VisitAsync(_api);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("10");

        foreach (var (user, quantity, field, limits) in ((string, string, string, string)[])
            [
                ("0", "1", "#user-id", "1 to 2,147,483,647"),
                ("2147483648", "1", "#user-id", "1 to 2,147,483,647"),
                ("me", "1", "#user-id", "1 to 2,147,483,647"),
                ("1", "11", "#quantity", "1 to 10"),
                ("1", "1.5", "#quantity", "1 to 10"),
            ])
        {
            await visitor["#user-id"].FillAsync(user);
            await visitor["#quantity"].FillAsync(quantity);
            await visitor["#book"].ClickAsync();
            await Expect(visitor[$"{field}-error"]).ToContainTextAsync(limits);
            await Expect(visitor[field]).ToBeFocusedAsync();
        }

        await visitor.ScreenshotAsync("sale-wrong");
        (await SoldAsync(_api, id)).Should().Be(0);
    }

    [Fact]
    public async Task A_newer_event_is_announced_without_replacing_the_one_shown()
    {
        var id = await SetupAsync(_api, 50, name: "The old one");
        var visitor = await VisitAsync(_api);
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("The old one");

        await SetupAsync(_api, 70, name: "The new one");

        await Expect(visitor["#newer-text"]).ToContainTextAsync("The new one");
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("The old one");
        await visitor.ScreenshotAsync("sale-newer-event");
        await BookOnPageAsync(visitor, user: 1, quantity: 1);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("49");
        (await SoldAsync(_api, id)).Should().Be(1);

        await visitor["#newer-go"].ClickAsync();
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("The new one");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("70");
        await Expect(visitor["#newer"]).ToBeHiddenAsync();
        await Expect(visitor["#answer"]).ToBeEmptyAsync();
    }

    [Fact]
    public async Task An_event_of_the_list_can_be_looked_at()
    {
        var id = await SetupAsync(_api, 11, name: "Matinee");
        await SetupAsync(_api, 12, name: "Evening");
        var visitor = await VisitAsync(_api, "/#events");
        await visitor.ScreenshotAsync("events");

        await visitor.Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex($"Matinee #{id}$") }).ClickAsync();

        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Matinee");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("11");
    }

    [Fact]
    public async Task A_link_to_an_event_that_does_not_exist_says_so_and_leads_to_the_current_one()
    {
        await SetupAsync(_api, 13, name: "The current one");
        var visitor = await VisitAsync(_api, "/#sale/2147483647");
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Event 2147483647 does not exist");
        await Expect(visitor["#book"]).ToHaveAttributeAsync("aria-disabled", "true");
        await visitor.ScreenshotAsync("sale-gone");

        await visitor["#gone-current"].ClickAsync();
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("The current one");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("13");
    }

    [Fact]
    public async Task The_quantity_follows_what_is_left()
    {
        var id = await SetupAsync(_api, 6);
        var visitor = await VisitAsync(_api);
        await Expect(visitor["#remaining"]).ToHaveTextAsync("6");
        for (var i = 0; i < 8; i++)
        {
            await visitor["#more"].ClickAsync(new() { Force = true });
        }

        await Expect(visitor["#quantity"]).ToHaveValueAsync("6");
        await Expect(visitor["#more"]).ToHaveAttributeAsync("aria-disabled", "true");

        await BookAsync(_api, id, 4);
        await Expect(visitor["#quantity"]).ToHaveValueAsync("2");
    }

    [Fact]
    public async Task My_bookings_name_their_events_and_lead_there()
    {
        await SetupAsync(_api, 10, name: "Gamelan");
        var visitor = await VisitAsync(_api);
        await BookOnPageAsync(visitor, user: 8181, quantity: 1);
        await SetupAsync(_api, 10, name: "Another");
        await visitor.Page.ReloadAsync();
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Another");

        await visitor["#mine a"].First.ClickAsync();

        await Expect(visitor["#mine a"].First).ToHaveTextAsync("Gamelan");
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("Gamelan");
    }

    private static async Task BookOnPageAsync(Visitor visitor, int user, int quantity)
    {
        await visitor["#user-id"].FillAsync(user.ToString(CultureInfo.InvariantCulture));
        await visitor["#quantity"].FillAsync(quantity.ToString(CultureInfo.InvariantCulture));
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#answer .message"]).ToBeVisibleAsync();
    }

    /// <summary>Leaves the page's next status requests unanswered until the test ends.</summary>
    private static async Task HoldStatusAsync(Visitor visitor)
    {
        var isHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Page.RouteAsync("**/status*", _ =>
        {
            isHeld.TrySetResult();
            return Task.CompletedTask;
        });
        await isHeld.Task.WaitAsync(TimeSpan.FromSeconds(30)); // the page has one request at a time, so none is on its way any more
    }
}
