using System.Globalization;
using System.Net.Http.Json;
using Microsoft.Playwright;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>An organizer changes the current sale, and cancels a booking.</summary>
public sealed class OrganizerTests(Chromium chromium, Site site) : BrowserTest(chromium)
{
    private static readonly BrowserNewContextOptions _jakarta = new() { Locale = "en-US", TimezoneId = "Asia/Jakarta" }; // seven hours ahead of UTC, all year
    private readonly ApiProcess _api = site.Api;

    [Fact]
    public async Task A_change_sends_only_what_differs_and_holds_at_once()
    {
        var id = await SetupAsync(_api, 50);
        var visitor = await VisitAsync(_api, "/#setup", new(_jakarta));
        var sent = Changes(visitor);
        await Expect(visitor["#change-total"]).ToHaveValueAsync("50");
        await Expect(visitor["#change-max"]).ToBeEmptyAsync();

        await visitor["#change-max"].FillAsync("4");
        await visitor["#change-starts"].FillAsync("2099-05-01T10:30");
        await visitor["#change-form [type=submit]"].ClickAsync();

        await Expect(visitor["#change-answer"]).ToContainTextAsync("Saved.");
        await Expect(visitor["#current-state"]).ToHaveTextAsync("it has not started; 50 left.");
        await visitor.ScreenshotAsync("organizer-changed");
        var status = await GetAsync(_api, $"/status?event_id={id}");
        status.GetProperty("max_per_user").GetInt32().Should().Be(4);
        status.GetProperty("sale_starts_at").GetDateTime().Should().Be(new DateTime(2099, 5, 1, 3, 30, 0, DateTimeKind.Utc));

        await visitor["#change-max"].FillAsync("");
        await visitor["#change-starts"].FillAsync("");
        await visitor["#change-total"].FillAsync("60");
        await visitor["#change-form [type=submit]"].ClickAsync();
        await Expect(visitor["#current-state"]).ToHaveTextAsync("on sale, 60 left.");
        await visitor["#change-form [type=submit]"].ClickAsync();
        await Expect(visitor["#change-answer"]).ToContainTextAsync("Nothing to save");

        sent.Should().Equal(
            """{"max_per_user":4,"sale_starts_at":"2099-05-01T03:30:00.000Z"}""",
            """{"total_tickets":60,"max_per_user":null,"sale_starts_at":null}""");
    }

    [Fact]
    public async Task A_refused_change_is_explained_beside_the_form_in_the_readers_language()
    {
        var id = await SetupAsync(_api, 10);
        await BookAsync(_api, id, 4);
        using var held = await _api.Client.PostAsJsonAsync("/holds", new { user_id = 2, event_id = id, quantity = 1 });
        held.EnsureSuccessStatusCode();
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/events/");
        var sent = Changes(visitor);
        await Expect(visitor["#change-total-hint"]).ToHaveTextAsync("4 sold, 1 held");

        await visitor["#change-total"].FillAsync("4");
        await visitor["#change-form [type=submit]"].ClickAsync();
        await Expect(visitor["#change-answer"]).ToContainTextAsync("Too few tickets");
        await visitor["[data-language=id]"].ClickAsync();
        await Expect(visitor["#change-answer"]).ToContainTextAsync("Tiket terlalu sedikit");
        await Expect(visitor["#change-total"]).ToHaveValueAsync("4");
        (await GetAsync(_api, $"/status?event_id={id}")).GetProperty("total_tickets").GetInt32().Should().Be(10);
        await visitor["[data-language=en]"].ClickAsync();

        sent.Clear();
        await visitor["#change-total"].FillAsync("0");
        await visitor["#change-form [type=submit]"].ClickAsync();
        await Expect(visitor["#change-total-error"]).ToContainTextAsync("1 to 10,000,000");
        await Expect(visitor["#change-total"]).ToBeFocusedAsync();
        await visitor["#change-total"].FillAsync("10");
        await visitor["#change-starts"].FillAsync("2099-05-02T10:00");
        await visitor["#change-ends"].FillAsync("2099-05-01T10:00");
        await visitor["#change-form [type=submit]"].ClickAsync();
        await Expect(visitor["#change-ends-error"]).ToHaveTextAsync("The sale must end after it starts.");
        await Expect(visitor["#change-ends"]).ToBeFocusedAsync();
        await visitor.ShouldFitAPhoneAsync("organizer-wrong");
        sent.Should().BeEmpty();
    }

    [Fact]
    public async Task A_booking_is_looked_up_by_its_number_and_cancelled_after_a_question()
    {
        var id = await SetupAsync(_api, 20);
        await BookAsync(_api, id, 3);
        var booking = (await GetAsync(_api, $"/history?event_id={id}")).GetProperty("items")[0].GetProperty("booking_id").GetInt64().ToString(CultureInfo.InvariantCulture);
        var visitor = await VisitAsync(_api, "/#setup");

        await visitor["#cancel-number"].FillAsync("abc");
        await visitor["#cancel-number"].PressAsync("Enter");
        await Expect(visitor["#cancel-number-error"]).ToContainTextAsync("Enter the number");
        await visitor["#cancel-number"].FillAsync($"#{booking}");
        await visitor["#cancel-number"].PressAsync("Enter");
        await Expect(visitor["#cancel-answer"]).ToContainTextAsync($"3 tickets for user 1, event {id}");

        await visitor["#cancel-answer button"].ClickAsync();
        await Expect(visitor["#cancel-answer button"]).ToHaveTextAsync($"Really cancel booking #{booking}? It cannot be undone");
        await Expect(visitor["#cancel-answer button"]).ToBeFocusedAsync();
        await visitor.ShouldFitAPhoneAsync("organizer-cancel");
        (await SoldAsync(_api, id)).Should().Be(3, "cancelling takes two clicks");
        await visitor["#cancel-answer button"].ClickAsync();
        await Expect(visitor["#cancel-answer"]).ToContainTextAsync("3 tickets are for sale again");
        (await SoldAsync(_api, id)).Should().Be(0);

        await Expect(visitor["#cancel-number"]).ToBeFocusedAsync();
        await visitor["#cancel-number"].FillAsync("9007199254740990");
        await visitor["#cancel-number"].PressAsync("Enter");
        await Expect(visitor["#cancel-answer"]).ToContainTextAsync("No confirmed booking #9007199254740990");
    }

    [Fact]
    public async Task An_event_named_like_markup_is_shown_as_text()
    {
        const string Name = "<img src=x onerror=window.slipped=1>";
        var id = await SetupAsync(_api, 5, name: Name);
        var visitor = await VisitAsync(_api, "/#setup");
        await Expect(visitor["#current-event"]).ToHaveTextAsync($"{Name}, event {id}:");
        await Expect(visitor["main img"]).ToHaveCountAsync(0);
    }

    /// <summary>The bodies of the changes that the page sends.</summary>
    private static List<string> Changes(Visitor visitor)
    {
        var bodies = new List<string>();
        visitor.Page.Request += (_, request) =>
        {
            if (request.Method == "PATCH")
            {
                bodies.Add(request.PostData!);
            }
        };
        return bodies;
    }
}
