using System.Text.Json;
using Microsoft.Playwright;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>The page is for everyone: by keyboard and screen reader, on a phone, in light and dark, in both languages.</summary>
public sealed class AccessibilityAndLanguageTests(Chromium chromium, Site site) : BrowserTest(chromium)
{
    private static readonly string[] _views = ["sale", "setup", "race", "events", "signals", "admin"];
    private readonly ApiProcess _api = site.Api;

    /// <summary>Indonesian has the longer words.</summary>
    public static TheoryData<string> Locales => [.. TestLength.Cases(1, "id-ID", "en-US")];

    public static TheoryData<ColorScheme> Schemes => [.. TestLength.Cases(1, ColorScheme.Light, ColorScheme.Dark)];

    [Fact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        var visitor = (await VisitAsync(_api)).MayFail("/book");

        await TabToAsync(visitor, "nav a[href='#setup']");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor["#setup-title"]).ToBeFocusedAsync();

        await TabToAsync(visitor, "#event-name");
        await visitor.Page.Keyboard.PressAsync("Control+A");
        await visitor.Page.Keyboard.TypeAsync("By keyboard");
        await TabToAsync(visitor, "#strategy-batched");
        await Expect(visitor["#strategy-distributed_lock"]).ToBeDisabledAsync();
        await visitor.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(visitor["#strategy-atomic_update"]).ToBeCheckedAsync();
        await TabToAsync(visitor, "#setup-form [type=submit]");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor["#sale-title"]).ToBeFocusedAsync();
        await Expect(visitor["#sale-title"]).ToHaveTextAsync("By keyboard");

        await TabToAsync(visitor, "#user-id");
        await visitor.Page.Keyboard.PressAsync("Control+A");
        await visitor.Page.Keyboard.TypeAsync("88");
        await TabToAsync(visitor, "#more");
        await visitor.Page.Keyboard.PressAsync("Space");
        await TabToAsync(visitor, "#book");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor["#answer"]).ToContainTextAsync("2 tickets for user 88");
        await Expect(visitor["#book"]).ToBeFocusedAsync();

        await visitor.GoAsync("/#race");
        await TabToAsync(visitor, "#race-naive");
        await visitor.Page.Keyboard.PressAsync("Space");
        await Expect(visitor["#race-naive"]).Not.ToBeCheckedAsync();
        await TabToAsync(visitor, "#race-buyers");
        await visitor.Page.Keyboard.PressAsync("Control+A");
        await visitor.Page.Keyboard.TypeAsync("20");
        await TabToAsync(visitor, "#run");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor["#verdict h2"]).ToHaveTextAsync("batched did not oversell.");
    }

    [Fact]
    public async Task Each_view_has_a_title_of_its_own()
    {
        var visitor = await VisitAsync(_api);
        foreach (var (view, title) in (IEnumerable<(string, string)>)[("race", "Race – Ticketing"), ("events", "Events – Ticketing"), ("signals", "Signals – Ticketing"), ("setup", "Set up – Ticketing"), ("admin", "Admin – Ticketing"), ("sale", "Sale – Ticketing")])
        {
            await visitor[$"nav a[href='#{view}']"].ClickAsync();
            await Expect(visitor.Page).ToHaveTitleAsync(title);
        }
    }

    [Fact]
    public async Task With_forced_colours_what_is_chosen_and_what_is_left_can_be_seen()
    {
        var id = await SetupAsync(_api, 10);
        await BookAsync(_api, id, 5);
        var visitor = await VisitAsync(_api, options: new() { Locale = "en-US", ForcedColors = ForcedColors.Active });
        await Expect(visitor["#remaining"]).ToHaveTextAsync("5");

        (await StyleAsync("#remaining-fill", "backgroundColor")).Should().NotBe(await StyleAsync("#remaining-bar", "backgroundColor"), "the bar is half full");
        (await StyleAsync(".views a[aria-current]", "outlineStyle")).Should().Be("solid");
        (await StyleAsync(".views a:not([aria-current])", "outlineStyle")).Should().Be("none");
        (await StyleAsync("#strategy-batched", "appearance")).Should().Be("auto", "the system draws the mark");
        foreach (var view in _views)
        {
            await visitor.GoAsync($"/#{view}");
            await visitor.ScreenshotAsync($"forced-colours-{view}");
        }

        Task<string> StyleAsync(string selector, string property) =>
            visitor.Page.EvaluateAsync<string>("([selector, property]) => getComputedStyle(document.querySelector(selector))[property]", new[] { selector, property });
    }

    [Fact]
    public async Task The_skip_link_leads_past_the_navigation()
    {
        var visitor = await VisitAsync(_api);
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Expect(visitor["#skip-link"]).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor["main"]).ToBeFocusedAsync();
    }

    [Theory]
    [MemberData(nameof(Locales))]
    public async Task On_a_phone_nothing_is_wider_than_the_screen(string locale)
    {
        await SetupAsync(_api, 1000, "naive", new string('W', 200));
        var visitor = (await VisitAsync(_api, options: new() { Locale = locale, ViewportSize = new() { Width = 360, Height = 740 } })).MayFail("/book");
        await Expect(visitor["#remaining"]).ToBeVisibleAsync();
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#booking-number"]).ToBeVisibleAsync();
        foreach (var view in _views)
        {
            await visitor[$"nav a[href='#{view}']"].ClickAsync();
            await Expect(visitor[$"#{view}-title"]).ToBeVisibleAsync();
            if (view == "race")
            {
                await visitor["#race-buyers"].FillAsync("12");
                await visitor["#run"].ClickAsync();
                await Expect(visitor["#verdict h2"]).ToBeVisibleAsync();
            }

            await visitor.Page.WaitForTimeoutAsync(300);
            await visitor.ScreenshotAsync($"phone-{locale}-{view}");
            (await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(360, view);
        }
    }

    [Fact]
    public async Task It_is_dark_where_the_system_is_and_follows_it()
    {
        await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api, options: new() { Locale = "en-US", ColorScheme = ColorScheme.Dark });
        await Expect(visitor["html"]).ToHaveAttributeAsync("data-bs-theme", "dark");
        (await BrightnessAsync(visitor)).Should().BeLessThan(60);
        foreach (var view in _views)
        {
            await visitor.GoAsync($"/#{view}");
            await visitor.Page.WaitForTimeoutAsync(300);
            await visitor.ScreenshotAsync($"dark-{view}");
        }

        await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Expect(visitor["html"]).ToHaveAttributeAsync("data-bs-theme", "light");
        (await BrightnessAsync(visitor)).Should().BeGreaterThan(200);
    }

    [Fact]
    public async Task It_speaks_English_and_Indonesian_and_remembers_which()
    {
        await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api);
        await Expect(visitor["nav"]).ToContainTextAsync("Events");
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#answer"]).ToContainTextAsync("Booked");

        await visitor["[data-language=id]"].ClickAsync();
        await Expect(visitor["html"]).ToHaveAttributeAsync("lang", "id");
        await Expect(visitor["nav"]).ToContainTextAsync("Acara");
        await Expect(visitor["#remaining-label"]).ToHaveTextAsync("dari 100 tiket tersisa");
        await Expect(visitor["#answer"]).ToContainTextAsync("Berhasil dipesan");
        await Expect(visitor["[data-language=id]"]).ToHaveAttributeAsync("aria-pressed", "true");

        await visitor.Page.ReloadAsync();
        await Expect(visitor["#book"]).ToHaveTextAsync("Pesan");
        await visitor.ScreenshotAsync("indonesian-sale");
        await visitor["[data-language=en]"].ClickAsync();
        await Expect(visitor["#book"]).ToHaveTextAsync("Book");
    }

    [Fact]
    public async Task An_Indonesian_browser_is_greeted_in_Indonesian()
    {
        await SetupAsync(_api, 100);
        var visitor = await VisitAsync(_api, options: new() { Locale = "id-ID" });
        await Expect(visitor["html"]).ToHaveAttributeAsync("lang", "id");
        await Expect(visitor["#book"]).ToHaveTextAsync("Pesan");
    }

    [Fact]
    public async Task Both_languages_have_every_text()
    {
        var visitor = await VisitAsync(_api);
        var names = await visitor.Page.EvaluateAsync<string[][]>(
            "async () => [Object.keys((await import('/js/i18n/en.js')).default), Object.keys((await import('/js/i18n/id.js')).default)]");
        names[1].Should().Equal(names[0]);

        var used = await visitor.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('[data-i18n], [data-i18n-label]')].flatMap(e => [e.dataset.i18n, e.dataset.i18nLabel]).filter(Boolean)");
        used.Should().NotBeEmpty().And.BeSubsetOf(names[0]);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Axe_finds_nothing_serious_in_any_view(ColorScheme scheme)
    {
        await SetupAsync(_api, 10);
        var visitor = (await VisitAsync(_api, options: new() { Locale = "en-US", ColorScheme = scheme })).MayFail("/book", "/setup");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("10");
        await visitor["#quantity"].FillAsync("99");
        await visitor["#book"].ClickAsync();
        await ShouldBeAccessibleAsync(visitor, "the sale, with a wrong field");
        await visitor["#quantity"].FillAsync("10");
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#booking-number"]).ToBeVisibleAsync();
        await Expect(visitor["#mine tbody tr"].First).ToBeVisibleAsync();
        await ShouldBeAccessibleAsync(visitor, "the sale, sold out");

        await visitor.GoAsync("/#setup");
        await visitor["#event-name"].FillAsync("");
        await visitor["#setup-form [type=submit]"].ClickAsync();
        await Expect(visitor["#event-name-error"]).Not.ToBeEmptyAsync();
        await Expect(visitor["#strategy-distributed_lock"]).ToBeDisabledAsync();
        await ShouldBeAccessibleAsync(visitor, "the form to set up, with a wrong field and an unavailable strategy");
        await visitor["#change-total"].FillAsync("");
        await visitor["#change-form [type=submit]"].ClickAsync();
        await Expect(visitor["#change-total"]).ToBeFocusedAsync();
        await visitor["#cancel-number"].FillAsync((await GetAsync(_api, "/history")).GetProperty("items")[0].GetProperty("booking_id").ToString());
        await visitor["#cancel-number"].PressAsync("Enter");
        await visitor["#cancel-answer button"].ClickAsync();
        await ShouldBeAccessibleAsync(visitor, "the current sale, with a wrong field, and a booking to cancel");

        await visitor.GoAsync("/#race");
        await visitor["#race-tickets"].FillAsync("20");
        await visitor["#race-buyers"].FillAsync("40");
        await visitor["#run"].ClickAsync();
        await Expect(visitor["#verdict h2"]).ToBeVisibleAsync();
        await ShouldBeAccessibleAsync(visitor, "the race");

        await visitor.GoAsync("/#events");
        await Expect(visitor["#events-table tbody tr"].First).ToBeVisibleAsync();
        await ShouldBeAccessibleAsync(visitor, "the events");

        await visitor.GoAsync("/#admin");
        await visitor["#key-name"].FillAsync("axe");
        await visitor["#key-form [type=submit]"].ClickAsync();
        await Expect(visitor["#key-text"]).ToBeVisibleAsync();
        await visitor["#keys-table button"].First.ClickAsync();
        await Expect(visitor["#audit-table tbody tr"].First).ToBeVisibleAsync();
        await ShouldBeAccessibleAsync(visitor, "the keys and the audit");
    }

    /// <summary>Presses Tab until the element has the focus, and sees that it shows.</summary>
    private static async Task TabToAsync(Visitor visitor, string selector)
    {
        for (var i = 0; i < 60; i++)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            if (await visitor[selector].EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                (await visitor[selector].EvaluateAsync<bool>(
                    "element => [element, element.closest('.choice')].some(e => e && (getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none'))"))
                    .Should().BeTrue($"the focus on {selector} must be seen");
                return;
            }
        }

        Assert.Fail($"{selector} cannot be reached by Tab.");
    }

    private static Task<int> BrightnessAsync(Visitor visitor) => visitor.Page.EvaluateAsync<int>(
        "Math.round(getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3)");

    private static async Task ShouldBeAccessibleAsync(Visitor visitor, string state)
    {
        var axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        File.Exists(axe).Should().BeTrue("axe-core comes from npm when this project is built: install npm, and build again");
        await visitor.Page.EvaluateAsync(await File.ReadAllTextAsync(axe));
        var found = await visitor.Page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run()).violations
                .filter(violation => ['serious', 'critical'].includes(violation.impact))
                .map(violation => `${violation.id}: ${violation.help} ${violation.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')}`)
            """);
        found.EnumerateArray().Select(violation => violation.GetString()).Should().BeEmpty(state);
    }
}
