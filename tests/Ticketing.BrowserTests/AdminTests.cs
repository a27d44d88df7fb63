using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>Where the API asks who calls, the page shows each caller what he may use; an admin gives keys out, and reads what was done.</summary>
public sealed class AdminTests(Chromium chromium) : BrowserTest(chromium)
{
    private const string Markup = "<img src=x onerror=window.slipped=1>";
    private static readonly BrowserNewContextOptions _mayCopy = new() { Locale = "en-US", Permissions = ["clipboard-read", "clipboard-write"] };
    private Dictionary<string, string?> _settings = null!;
    private ApiProcess _api = null!;
    private string _admin = null!;

    public override async Task InitializeAsync()
    {
        _settings = SettingsOf(("Security__Mode", "Keys"));
        _admin = await ApiProcess.CreateKeyAsync(_settings, "admin");
        _api = await StartServerAsync(_settings);
        _api.Client.DefaultRequestHeaders.Authorization = new("Bearer", _admin);
    }

    [Fact]
    public async Task Each_role_is_shown_what_it_may_use()
    {
        await SetupAsync(_api, 10);
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history", "/setup");
        await Expect(visitor["#setup .message"]).ToContainTextAsync("Not signed in");
        await Expect(visitor["#setup-form"]).ToBeHiddenAsync();
        await Expect(visitor["#current"]).ToBeHiddenAsync();

        await SignInAsync(visitor, await CreateKeyAsync("seller"));
        await Expect(visitor["#setup .message"]).ToContainTextAsync("Your key may not do this");
        await Expect(visitor["#setup-form"]).ToBeHiddenAsync();
        await Expect(visitor["#current"]).ToBeHiddenAsync();
        await visitor.ScreenshotAsync("admin-refused");

        await SignInAsync(visitor, await CreateKeyAsync("organizer"));
        await Expect(visitor["#current"]).ToBeVisibleAsync();
        await Expect(visitor["#cancel"]).ToBeVisibleAsync();
        await Expect(visitor["#setup-form"]).ToBeVisibleAsync();
        await Expect(visitor["nav a[href='#admin']"]).ToBeHiddenAsync();
        await visitor.GoAsync("/#admin");
        await Expect(visitor["#admin .message"]).ToContainTextAsync("Your key may not do this");
        await Expect(visitor["#key-form"]).ToBeHiddenAsync();
        await Expect(visitor["#audit-title"]).ToBeHiddenAsync();

        await SignInAsync(visitor, _admin);
        await Expect(visitor["#current"]).ToBeVisibleAsync();
        await visitor["nav a[href='#admin']"].ClickAsync();
        await Expect(visitor["#admin-title"]).ToBeFocusedAsync();
        await Expect(visitor["#keys-table tbody tr"]).ToHaveCountAsync(3);
        await Expect(visitor["#admin .message"]).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_organizers_key_changes_a_sale_and_cancels_a_booking()
    {
        var id = await SetupAsync(_api, 10);
        await BookAsync(_api, id, 2);
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history");
        await SignInAsync(visitor, await CreateKeyAsync("organizer"));

        await visitor["#change-total"].FillAsync("12");
        await visitor["#change-form [type=submit]"].ClickAsync();
        await Expect(visitor["#current-state"]).ToHaveTextAsync("on sale, 10 left.");
        await visitor["#cancel-number"].FillAsync("1");
        await visitor["#cancel-number"].PressAsync("Enter");
        await visitor["#cancel-answer button"].ClickAsync();
        await visitor["#cancel-answer button"].ClickAsync();
        await Expect(visitor["#cancel-answer"]).ToContainTextAsync("2 tickets are for sale again");
        (await SoldAsync(_api, id)).Should().Be(0);
    }

    [Fact]
    public async Task A_new_key_is_shown_once_and_works()
    {
        var visitor = await VisitAsync(_api, "/#setup", new(_mayCopy), "/keys", "/history", "/status");
        await SignInAsync(visitor, _admin);
        await visitor["nav a[href='#admin']"].ClickAsync();

        await visitor["#key-name"].FillAsync("box office");
        await visitor["#key-role"].SelectOptionAsync("organizer");
        await visitor["#key-expires"].FillAsync("2099-01-01T00:00");
        await visitor["#key-form [type=submit]"].ClickAsync();
        await Expect(visitor["#key-answer"]).ToContainTextAsync("It is shown only this once");
        var key = await visitor["#key-text"].InputValueAsync();
        await visitor["#key-answer .btn-primary"].ClickAsync();
        await Expect(visitor["#key-answer"]).ToContainTextAsync("Copied.");
        await visitor.ShouldFitAPhoneAsync("admin-created");
        (await visitor.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).Should().Be(key);
        (await AskAsync(key, HttpMethod.Post, "/events/1/pause")).Should().Be(HttpStatusCode.NotFound, "an organizer's key gets as far as the event");
        var row = visitor["#keys-table tbody tr"].First;
        await Expect(row).ToContainTextAsync("box office");
        await Expect(row).ToContainTextAsync("Jan 1, 2099");

        var secret = key[^20..];
        (await visitor.Page.EvaluateAsync<string>("JSON.stringify([localStorage, sessionStorage])")).Should().NotContain(secret);
        await visitor["nav a[href='#events']"].ClickAsync();
        await visitor["nav a[href='#admin']"].ClickAsync();
        await Expect(visitor["#keys-table tbody tr"]).ToHaveCountAsync(2);
        await Expect(visitor["#key-text"]).ToHaveCountAsync(0);
        (await visitor.Page.EvaluateAsync<string>("document.documentElement.outerHTML")).Should().NotContain(secret);
    }

    [Fact]
    public async Task Where_the_browser_forbids_to_copy_the_key_is_selected()
    {
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history", "/status");
        await SignInAsync(visitor, _admin);
        await visitor["nav a[href='#admin']"].ClickAsync();
        await visitor["#key-name"].FillAsync("shop");
        await visitor["#key-name"].PressAsync("Enter");
        await Expect(visitor["#key-text"]).ToBeFocusedAsync();
        await visitor.Page.EvaluateAsync("Object.defineProperty(navigator, 'clipboard', { value: undefined })"); // as on any address without TLS
        await visitor["#key-answer .btn-primary"].ClickAsync();
        await Expect(visitor["#key-answer"]).ToContainTextAsync("copy it yourself");
        (await visitor.Page.EvaluateAsync<string>("getSelection().toString()")).Should().StartWith("tk_");

        await visitor["#key-answer .btn-outline-secondary"].ClickAsync();
        await Expect(visitor["#key-text"]).ToHaveCountAsync(0);
        await Expect(visitor["#key-name"]).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_new_key_stays_in_view_when_the_list_of_keys_is_lost()
    {
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history", "/status");
        await SignInAsync(visitor, _admin);
        await visitor["nav a[href='#admin']"].ClickAsync();
        await Expect(visitor["#keys-table tbody tr"]).ToHaveCountAsync(1);
        await visitor.Page.RouteAsync("**/keys", route => route.Request.Method == "GET" ? route.AbortAsync() : route.ContinueAsync());
        await visitor["#key-name"].FillAsync("shop");
        await visitor["#key-name"].PressAsync("Enter");

        await Expect(visitor["#keys-table"]).ToContainTextAsync("The server is unreachable");
        await Expect(visitor["#key-text"]).ToHaveValueAsync(new Regex("^tk_"));
    }

    [Fact]
    public async Task Wrong_fields_of_a_key_are_explained_and_none_is_created()
    {
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history", "/status");
        await SignInAsync(visitor, _admin);
        await visitor["nav a[href='#admin']"].ClickAsync();
        await visitor["#key-name"].FillAsync(Markup);
        await visitor["#key-expires"].FillAsync("2020-01-01T00:00");
        await visitor["#key-form [type=submit]"].ClickAsync();
        await Expect(visitor["#key-name-error"]).ToContainTextAsync("1 to 64 letters");
        await Expect(visitor["#key-expires-error"]).ToContainTextAsync("in the future");
        await Expect(visitor["#key-name"]).ToBeFocusedAsync();
        (await GetAsync(_api, "/keys")).GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_key_is_revoked_after_a_question()
    {
        var key = await CreateKeyAsync("organizer");
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history", "/status", "/audit");
        await SignInAsync(visitor, _admin);
        await visitor["nav a[href='#admin']"].ClickAsync();
        var revoke = visitor["#keys-table tbody tr"].Filter(new() { HasText = "test organizer" }).GetByRole(AriaRole.Button);
        await Expect(revoke).ToHaveAttributeAsync("aria-label", $"Revoke the key of test organizer, {key[3..14]}");

        await revoke.ClickAsync();
        await Expect(revoke).ToHaveTextAsync("Really revoke it for good?");
        await Expect(revoke).ToBeFocusedAsync();
        (await AskAsync(key, HttpMethod.Post, "/events/1/pause")).Should().Be(HttpStatusCode.NotFound, "revoking takes two clicks");
        await revoke.ClickAsync();
        await Expect(visitor["#key-answer"]).ToContainTextAsync("is revoked");
        await Expect(visitor["#keys-table"]).ToContainTextAsync("Revoked");
        await Expect(visitor["#audit-table tbody tr"].First).ToContainTextAsync("Revoked key");
        await visitor.ScreenshotAsync("admin-revoked");
        (await AskAsync(key, HttpMethod.Post, "/events/1/pause")).Should().Be(HttpStatusCode.Unauthorized);

        var own = visitor["#keys-table tbody tr"].Filter(new() { HasText = "yours" }).GetByRole(AriaRole.Button);
        await own.ClickAsync();
        await Expect(own).ToHaveTextAsync("Really revoke your own key?");
        await own.ClickAsync();
        await Expect(visitor["#access-key-error"]).ToContainTextAsync("not accepted");
    }

    [Fact]
    public async Task The_audit_shows_who_did_what_when_and_what_differs()
    {
        var organizer = await CreateKeyAsync("organizer");
        await AskAsync(organizer, HttpMethod.Post, "/setup", new { event_name = "Jazz", total_tickets = 1000 });
        await AskAsync(organizer, HttpMethod.Patch, "/events/1", new { total_tickets = 2500, sale_ends_at = "2099-01-01T00:00:00Z" });
        for (var i = 0; i < 5; i++)
        {
            await AskAsync(organizer, HttpMethod.Post, "/events/1/pause");
            await AskAsync(organizer, HttpMethod.Post, "/events/1/resume");
        }

        var all = (await GetAsync(_api, "/audit?page_size=100")).GetProperty("items");
        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history");
        await SignInAsync(visitor, _admin);
        await visitor["nav a[href='#admin']"].ClickAsync();
        var rows = visitor["#audit-table tbody tr"];
        await Expect(rows).ToHaveCountAsync(10);
        await Expect(rows.First).ToContainTextAsync("organizer:test organizer");
        await Expect(rows.First).ToContainTextAsync("Resumed Event 1");
        await Expect(rows.First).ToContainTextAsync(all[0].GetProperty("trace_id").GetString()!);
        await Expect(rows.First.Locator("dl").First).ToHaveTextAsync("Salepaused");
        await Expect(rows.First.Locator("dl").Last).ToHaveTextAsync("Saleon sale");
        await visitor.ShouldFitAPhoneAsync("admin-audit");

        await visitor["#audit-older"].ClickAsync();
        await Expect(visitor["#audit-page"]).ToHaveTextAsync("Page 2");
        await Expect(rows).ToHaveCountAsync(all.GetArrayLength() - 10);
        await Expect(visitor["#audit-older"]).ToHaveAttributeAsync("aria-disabled", "true");
        var change = rows.First;
        await Expect(change.Locator("dl").First.Locator("dt")).ToHaveTextAsync(["Tickets", "Sale ends"]);
        await Expect(change.Locator("dl").First.Locator("dd")).ToHaveTextAsync(["1,000", "none"]);
        await Expect(change.Locator("dl").Last.Locator("dd").First).ToHaveTextAsync("2,500");
        await visitor["#audit-newer"].ClickAsync();
        await Expect(visitor["#audit-page"]).ToHaveTextAsync("Page 1");
        await Expect(rows).ToHaveCountAsync(10);
    }

    /// <summary>The API accepts no such name, but a database may hold what it did not write.</summary>
    [Fact]
    public async Task Names_in_keys_and_audit_are_shown_as_text()
    {
        await using (var database = new SqliteConnection(_settings["ConnectionStrings__Ticketing"]))
        {
            await database.OpenAsync();
            await using var write = database.CreateCommand();
            write.CommandText =
                """
                INSERT INTO api_keys (id, secret_hash, role, name, created_at) VALUES ('AAAAAAAAAAA', zeroblob(32), 'seller', $markup, '2099-01-01 00:00:00');
                INSERT INTO audit (at, actor, action, key_id, after_it, trace_id) VALUES ('2099-01-01 00:00:00', $markup, 'key_created', 'AAAAAAAAAAA', json_object('name', $markup, $markup, $markup), $markup);
                """;
            write.Parameters.AddWithValue("$markup", Markup);
            await write.ExecuteNonQueryAsync();
        }

        var visitor = await VisitAsync(_api, "/#setup", options: null, "/keys", "/history", "/status");
        await SignInAsync(visitor, _admin);
        await visitor["nav a[href='#admin']"].ClickAsync();
        await Expect(visitor["#keys-table tbody tr"].First).ToContainTextAsync(Markup);
        await Expect(visitor["#audit-table tbody tr"].First).ToContainTextAsync(Markup);
        await Expect(visitor["main img"]).ToHaveCountAsync(0);
        (await visitor.Page.EvaluateAsync<bool>("'slipped' in window")).Should().BeFalse();
    }

    private static async Task SignInAsync(Visitor visitor, string key)
    {
        await visitor.GoAsync("/#setup");
        if (await visitor["#sign-out"].IsVisibleAsync())
        {
            await visitor["#sign-out"].ClickAsync();
        }

        await visitor["#access-key"].FillAsync(key);
        await visitor["#access-key"].PressAsync("Enter");
        await Expect(visitor["#sign-out"]).ToBeVisibleAsync();
    }

    private async Task<string> CreateKeyAsync(string role)
    {
        using var answer = await _api.Client.PostAsJsonAsync("/keys", new { role, name = $"test {role}" });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    /// <summary>Asks past the page.</summary>
    private async Task<HttpStatusCode> AskAsync(string key, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await _api.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
