using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Http;

/// <summary>The wire contract, endpoint by endpoint, on each database.</summary>
public abstract class ContractTests(ApiFixture api)
{
    private static readonly string[] _changeable = ["total_tickets", "available_tickets", "state", "max_per_user", "sale_starts_at", "sale_ends_at"];

    public static TheoryData<string> Strategies => [.. ApiFixture.Strategies];

    [Fact]
    public async Task Setup_with_an_empty_object_takes_the_defaults()
    {
        var answer = await api.Client.PostAnswerAsync("/setup", new { });

        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.MediaType.Should().Be("application/json");
        Names(answer.Json).Should().Equal("message", "event_id", "event_name", "total_tickets", "strategy");
        answer.Json.GetProperty("message").GetString().Should().Be("Event setup successful");
        answer.Json.GetProperty("event_id").GetInt32().Should().BePositive();
        answer.Json.GetProperty("event_name").GetString().Should().Be("Concert");
        answer.Json.GetProperty("total_tickets").GetInt32().Should().Be(100);
        answer.Json.GetProperty("strategy").GetString().Should().Be("batched");
    }

    [Fact]
    public async Task An_order_with_two_keys_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/book") { Content = JsonContent.Create(new { user_id = 1, event_id = await api.Client.SetupAsync(1, "batched") }) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", ["one", "two"]);

        (await api.Client.AnswerToAsync(request)).ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
    }

    [Fact]
    public async Task Setup_takes_what_it_is_given_and_the_event_becomes_the_current_one()
    {
        var answer = await api.Client.PostAnswerAsync("/setup", new { event_name = "Dangdut Koplo 🎤 日本", total_tickets = 10_000_000, strategy = "naive" });

        var status = (await api.Client.GetAnswerAsync("/status")).Json;
        status.GetProperty("event_id").GetInt32().Should().Be(answer.Json.GetProperty("event_id").GetInt32());
        status.GetProperty("event_name").GetString().Should().Be("Dangdut Koplo 🎤 日本");
        status.GetProperty("total_tickets").GetInt32().Should().Be(10_000_000);
        status.GetProperty("strategy").GetString().Should().Be("naive");
    }

    [Fact]
    public async Task An_event_is_changed_field_by_field_and_null_removes_a_limit()
    {
        var startsAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(7));
        var setup = await api.Client.PostAnswerAsync("/setup", new { total_tickets = 10, max_per_user = 4, sale_starts_at = startsAt, sale_ends_at = startsAt.AddDays(1) });
        var path = $"/events/{setup.Json.GetProperty("event_id")}";

        var changed = await api.Client.SendAsync(HttpMethod.Patch, path, new { total_tickets = 20 });
        changed.Status.Should().Be(HttpStatusCode.OK, changed.Text);
        Figures(changed.Json).Should().Be("20 20 scheduled 4 2030-01-01T20:04:05Z 2030-01-02T20:04:05Z");

        changed = await api.Client.SendAsync(HttpMethod.Patch, path, new { max_per_user = (int?)null, sale_starts_at = (DateTime?)null });
        Figures(changed.Json).Should().Be("20 20 on_sale   2030-01-02T20:04:05Z");
        Figures((await api.Client.GetAnswerAsync("/status")).Json).Should().Be(Figures(changed.Json), "the response was the status");

        (await api.Client.SendAsync(HttpMethod.Patch, path, new { sale_starts_at = startsAt.AddDays(2) })).ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
        (await api.Client.SendAsync(HttpMethod.Patch, path, new { })).Status.Should().Be(HttpStatusCode.OK, "nothing is a change, too");

        static string Figures(JsonElement status) => string.Join(' ', _changeable.Select(name => status.GetProperty(name).ToString()));
    }

    [Fact]
    public async Task A_sale_is_paused_resumed_and_closed_for_good_and_repeating_it_changes_nothing()
    {
        var id = await api.Client.SetupAsync(10, "batched");
        (await api.Client.BookAsync(id, key: $"before-{id}")).IsBooked.Should().BeTrue();

        foreach (var (action, state) in ((string, string)[])[("pause", "paused"), ("pause", "paused"), ("resume", "on_sale"), ("resume", "on_sale"), ("close", "ended"), ("close", "ended")])
        {
            var answer = await api.Client.SendAsync(HttpMethod.Post, $"/events/{id}/{action}");
            answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
            answer.Json.GetProperty("state").GetString().Should().Be(state);
            (await api.Client.StatusAsync(id)).GetProperty("state").GetString().Should().Be(state);
        }

        (await api.Client.SendAsync(HttpMethod.Post, $"/events/{id}/resume")).ShouldBeProblem(HttpStatusCode.Conflict, "sale_ended");
        (await api.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.Conflict, "sale_ended");
        (await api.Client.BookAsync(id, key: $"before-{id}")).Headers.Should().ContainKey("Idempotent-Replayed", "it was booked before the end");
    }

    [Fact]
    public async Task An_event_that_does_not_exist_cannot_be_changed()
    {
        foreach (var action in (string[])["pause", "resume", "close"])
        {
            (await api.Client.SendAsync(HttpMethod.Post, $"/events/2147483647/{action}")).ShouldBeProblem(HttpStatusCode.NotFound, "event_not_found");
        }

        (await api.Client.SendAsync(HttpMethod.Patch, "/events/2147483647", new { total_tickets = 1 })).ShouldBeProblem(HttpStatusCode.NotFound, "event_not_found");
    }

    [Fact]
    public async Task Every_setup_creates_another_event()
    {
        var first = await api.Client.SetupAsync(1, "atomic_update");
        var second = await api.Client.SetupAsync(1, "atomic_update");

        second.Should().BeGreaterThan(first);
        (await api.Client.StatusAsync(first)).GetProperty("event_id").GetInt32().Should().Be(first, "older events stay where they are");
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task The_fourth_buyer_of_three_tickets_gets_sold_out(string strategy)
    {
        var id = await api.Client.SetupAsync(3, strategy);

        for (var user = 1; user <= 3; user++)
        {
            var answer = await api.Client.BookAsync(id, user);
            answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
            Names(answer.Json).Should().Equal("message", "booking_id", "event_id", "user_id", "quantity");
            answer.Json.GetProperty("message").GetString().Should().Be("Booking successful");
            answer.Json.GetProperty("booking_id").GetInt64().Should().BePositive();
            answer.Json.GetProperty("event_id").GetInt32().Should().Be(id);
            answer.Json.GetProperty("user_id").GetInt32().Should().Be(user);
            answer.Json.GetProperty("quantity").GetInt32().Should().Be(1);
        }

        var fourth = await api.Client.BookAsync(id, 4);
        fourth.ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");
        fourth.Json.GetProperty("detail").GetString().Should().Be("Sold out!");
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task An_order_is_served_whole_or_not_at_all(string strategy)
    {
        var id = await api.Client.SetupAsync(5, strategy);
        (await api.Client.BookAsync(id, quantity: 3)).IsBooked.Should().BeTrue();

        var tooMany = await api.Client.BookAsync(id, quantity: 3);
        tooMany.ShouldBeProblem(HttpStatusCode.BadRequest, "not_enough_tickets");
        tooMany.Json.GetProperty("available_tickets").GetInt32().Should().Be(2);

        (await api.Client.BookAsync(id, quantity: 2)).IsBooked.Should().BeTrue("a smaller order still fits");
        (await api.Client.BookAsync(id, quantity: 2)).ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");
    }

    [Fact]
    public async Task Booking_for_an_event_that_does_not_exist_is_404() =>
        (await api.Client.BookAsync(int.MaxValue)).ShouldBeProblem(HttpStatusCode.NotFound, "event_not_found");

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task A_repeated_key_is_answered_with_the_first_booking_even_after_the_sale(string strategy)
    {
        var id = await api.Client.SetupAsync(2, strategy);
        var key = $"key-{Guid.NewGuid()}";

        var first = await api.Client.BookAsync(id, 7, 2, key);
        var second = await api.Client.BookAsync(id, 7, 2, key);

        first.IsBooked.Should().BeTrue();
        first.Headers.Should().NotContainKey("Idempotent-Replayed");
        second.Status.Should().Be(HttpStatusCode.OK);
        second.Text.Should().Be(first.Text);
        second.Headers["Idempotent-Replayed"].Should().Be("true");
        (await api.Client.StatusAsync(id)).GetProperty("bookings").GetInt64().Should().Be(1);
    }

    [Fact]
    public async Task A_key_with_another_order_is_422()
    {
        var id = await api.Client.SetupAsync(10, "atomic_update");
        var key = $"key-{Guid.NewGuid()}";
        (await api.Client.BookAsync(id, 7, 2, key)).IsBooked.Should().BeTrue();

        (await api.Client.BookAsync(id, 7, 1, key)).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        (await api.Client.BookAsync(id, 8, 2, key)).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        (await api.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task Keys_differ_by_case()
    {
        var id = await api.Client.SetupAsync(10, "atomic_update");
        var key = $"Key-{Guid.NewGuid()}";
        (await api.Client.BookAsync(id, key: key)).IsBooked.Should().BeTrue();

        var other = await api.Client.BookAsync(id, key: key.ToUpperInvariant());

        other.IsBooked.Should().BeTrue();
        other.Headers.Should().NotContainKey("Idempotent-Replayed");
    }

    [Fact]
    public async Task A_key_that_was_told_sold_out_can_still_book()
    {
        var soldOut = await api.Client.SetupAsync(1, "atomic_update");
        (await api.Client.BookAsync(soldOut)).IsBooked.Should().BeTrue();
        var key = $"key-{Guid.NewGuid()}";
        (await api.Client.BookAsync(soldOut, key: key)).ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");

        var other = await api.Client.SetupAsync(1, "atomic_update");
        (await api.Client.BookAsync(other, key: key)).IsBooked.Should().BeTrue();
    }

    [Fact]
    public async Task Status_shows_how_a_sale_stands()
    {
        var id = await api.Client.SetupAsync(10, "for_update");
        await api.Client.BookAsync(id, 1, 3);
        await api.Client.BookAsync(id, 2, 4);

        var status = await api.Client.StatusAsync(id);

        Names(status).Should().Equal(
            "event_id", "event_name", "strategy", "total_tickets", "available_tickets", "held_tickets", "tickets_sold", "bookings", "oversold", "state",
            "max_per_user", "sale_starts_at", "sale_ends_at", "created_at");
        status.GetProperty("strategy").GetString().Should().Be("for_update");
        status.GetProperty("total_tickets").GetInt32().Should().Be(10);
        status.GetProperty("available_tickets").GetInt32().Should().Be(3);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(7);
        status.GetProperty("bookings").GetInt64().Should().Be(2);
        status.GetProperty("oversold").GetInt64().Should().Be(0);
        status.GetProperty("held_tickets").GetInt32().Should().Be(0);
        status.GetProperty("state").GetString().Should().Be("on_sale");
    }

    [Fact]
    public async Task Status_of_an_unknown_event_is_404() =>
        (await api.Client.GetAnswerAsync("/status?event_id=2147483647")).ShouldBeProblem(HttpStatusCode.NotFound, "event_not_found");

    [Fact]
    public async Task Events_are_listed_newest_first_in_pages()
    {
        var ids = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await api.Client.SetupAsync(i + 1, "atomic_update"));
        }

        var page = (await api.Client.GetAnswerAsync("/events?page=2&page_size=2")).Json;

        Names(page).Should().Equal("items", "page", "page_size", "total");
        page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("event_id").GetInt32()).Should().Equal(ids[2], ids[1]);
        page.GetProperty("page").GetInt32().Should().Be(2);
        page.GetProperty("page_size").GetInt32().Should().Be(2);
        page.GetProperty("total").GetInt64().Should().Be((await api.CountRowsAsync()).Events);
    }

    [Fact]
    public async Task Pages_past_the_end_are_empty()
    {
        (await api.Client.BookAsync(await api.Client.SetupAsync(1, "atomic_update"))).IsBooked.Should().BeTrue();
        foreach (var path in (string[])["/events?page=2147483647&page_size=100", "/history?page=100&page_size=100"])
        {
            var page = await api.Client.GetAnswerAsync(path);
            page.Status.Should().Be(HttpStatusCode.OK, page.Text);
            page.Json.GetProperty("items").GetArrayLength().Should().Be(0);
            page.Json.GetProperty("total").GetInt64().Should().BePositive("there is a first page");
        }
    }

    [Fact]
    public async Task A_page_has_twenty_rows_by_default()
    {
        var id = await api.Client.SetupAsync(30, "atomic_update");
        for (var i = 0; i < 25; i++)
        {
            await api.Client.BookAsync(id);
        }

        var page = (await api.Client.GetAnswerAsync($"/history?event_id={id}")).Json;

        page.GetProperty("page").GetInt32().Should().Be(1);
        page.GetProperty("page_size").GetInt32().Should().Be(20);
        page.GetProperty("items").GetArrayLength().Should().Be(20);
        page.GetProperty("total").GetInt64().Should().Be(25);
    }

    [Fact]
    public async Task History_finds_bookings_by_event_and_user_newest_first()
    {
        var id = await api.Client.SetupAsync(100, "atomic_update");
        var other = await api.Client.SetupAsync(100, "atomic_update");
        var user = Random.Shared.Next(1_000_000, int.MaxValue);
        await api.Client.BookAsync(id, user, 1);
        await api.Client.BookAsync(id, user, 2);
        await api.Client.BookAsync(other, user, 3);
        await api.Client.BookAsync(id, 1, 4);

        (await Quantities($"/history?user_id={user}")).Should().Equal(3, 2, 1);
        (await Quantities($"/history?event_id={id}")).Should().Equal(4, 2, 1);
        (await Quantities($"/history?event_id={id}&user_id={user}")).Should().Equal(2, 1);
        (await Quantities($"/history?event_id={id}&user_id={user}&page_size=1&page=2")).Should().Equal(1);
        (await Quantities("/history?page_size=1")).Should().Equal(4);

        var hold = await api.Client.HoldAsync(id, user, 5);
        await api.Client.EndHoldAsync((await api.Client.HoldAsync(id, user, 6)).HoldId, "release");
        (await Quantities($"/history?user_id={user}")).Should().Equal(3, 2, 1); // as for clients that do not know holds
        (await Quantities($"/history?user_id={user}&status=held")).Should().Equal(5);
        (await Quantities($"/history?user_id={user}&event_id={id}&status=all")).Should().Equal(6, 5, 2, 1);
        await api.Client.EndHoldAsync(hold.HoldId, "release");
        (await Quantities($"/history?user_id={user}&status=released")).Should().Equal(6, 5);

        var first = (await api.Client.GetAnswerAsync($"/history?user_id={user}&page_size=2")).Json.GetProperty("items");
        (await Quantities($"/history?user_id={user}&page_size=2&before={first[1].GetProperty("booking_id").GetInt64()}")).Should().Equal([1], "that is the rest");
        (await Quantities($"/history?user_id={user}&before={long.MaxValue}")).Should().Equal(3, 2, 1);

        var newest = (await api.Client.GetAnswerAsync("/history?page_size=1")).Json.GetProperty("items")[0];
        Names(newest).Should().Equal("booking_id", "event_id", "user_id", "quantity", "timestamp", "status", "expires_at");
        var timestamp = newest.GetProperty("timestamp").GetString();
        timestamp.Should().EndWith("Z", "times are UTC");
        DateTimeOffset.Parse(timestamp!, null).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Stats_add_up_all_events()
    {
        var before = (await api.Client.GetAnswerAsync("/stats")).Json;
        var id = await api.Client.SetupAsync(10, "atomic_update");
        await api.Client.BookAsync(id, quantity: 4);
        await api.Client.BookAsync(id, quantity: 2);

        // Many changes in a row show after a while.
        var bookings = before.GetProperty("bookings").GetInt64() + 2;
        var after = await Eventually.GetAsync(
            async () => (await api.Client.GetAnswerAsync("/stats")).Json,
            stats => stats.GetProperty("bookings").GetInt64() >= bookings,
            TimeSpan.FromSeconds(20));

        Names(after).Should().Equal("events", "tickets", "sold", "remaining", "bookings", "oversold");
        Difference("events").Should().Be(1);
        Difference("tickets").Should().Be(10);
        Difference("sold").Should().Be(6);
        Difference("remaining").Should().Be(4);
        Difference("bookings").Should().Be(2);
        Difference("oversold").Should().Be(0);

        long Difference(string name) => after.GetProperty(name).GetInt64() - before.GetProperty(name).GetInt64();
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_answers(string path)
    {
        var answer = await api.Client.GetAnswerAsync(path);
        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.Text.Should().Be("""{"status":"healthy"}""");
    }

    [Theory]
    [InlineData("/docs/index.html")]
    [InlineData("/swagger/index.html")]
    public async Task Swagger_ui_is_there(string path)
    {
        var answer = await api.Client.GetAnswerAsync(path);
        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.Text.Should().Contain("swagger-ui");
    }

    [Fact]
    public async Task Problems_explain_themselves_at_their_type()
    {
        var problem = await api.Client.BookAsync(int.MaxValue);
        var explanation = await api.Client.GetAnswerAsync(problem.Json.GetProperty("type").GetString()!);
        explanation.Status.Should().Be(HttpStatusCode.OK);
        explanation.Json.GetProperty("code").GetString().Should().Be("event_not_found");
        (await api.Client.GetAnswerAsync("/problems/unheard_of")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(property => property.Name);

    private async Task<IEnumerable<int>> Quantities(string path) =>
        (await api.Client.GetAnswerAsync(path)).Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("quantity").GetInt32());
}

public sealed class SqliteContractTests(SqliteApi api) : ContractTests(api), IClassFixture<SqliteApi>;

[Trait("Run", "Full")]
public sealed class MariaDbContractTests(MariaDbApi api) : ContractTests(api), IClassFixture<MariaDbApi>;
