using System.Net;
using System.Text.Json;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Races;

/// <summary>A race shows what it is there to show, each time, and no trace of it is where sales are.</summary>
public sealed class RaceTests(SqliteApi api) : IClassFixture<SqliteApi>
{
    [Fact]
    public async Task In_each_default_race_naive_oversells_and_batched_does_not()
    {
        for (var i = 0; i < TestLength.Times(5, 50); i++)
        {
            var race = await api.Client.RaceAsync(new { });

            race.Lane("naive").Oversold().Should().BePositive("race {0}", i);
            race.Lane("batched").ShouldHaveSoldExactly(100);
            race.GetProperty("lanes").EnumerateArray().Should().AllSatisfy(lane => lane.ShouldHaveToldTheTruth(500));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_other_strategy_sells_each_ticket_once(bool together)
    {
        var strategies = ApiFixture.Strategies.ToArray();

        var race = await api.Client.RaceAsync(new { strategies, tickets = 90, buyers = 300, quantity = 2, at_once = 100, together });

        foreach (var strategy in strategies.Where(strategy => strategy != BookingStrategy.Naive.Name()))
        {
            race.Lane(strategy).ShouldHaveSoldExactly(90);
        }
    }

    [Fact]
    public async Task Races_are_in_no_list_no_total_and_no_business_metric()
    {
        var current = await api.Client.SetupAsync(tickets: 5, "naive");
        await Eventually.HoldsAsync(async () => (await Scrape.OfAsync(api.Client)).Find("tickets_remaining", ("event_id", $"{current}")) == 5, TimeSpan.FromSeconds(10), () => "The event is in no metric.");
        var before = await FiguresAsync();

        var race = await api.Client.RaceAsync(new { buyers = 200 });

        var eventId = race.Lane("naive").GetProperty("event_id").GetInt32();
        (await api.Client.StatusAsync(eventId)).GetProperty("oversold").GetInt64().Should().BePositive("the event itself can be asked for");
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // the stock is read for the metrics once a second
        (await FiguresAsync()).Should().Be(before);
        (await api.Client.GetAnswerAsync("/status")).Json.GetProperty("event_id").GetInt32().Should().Be(current);
        var scrape = await Scrape.OfAsync(api.Client);
        scrape.Find("tickets_remaining", ("event_id", $"{eventId}")).Should().BeNull();
        scrape.Find("tickets_remaining", ("event_id", $"{current}")).Should().Be(5);

        async Task<(string Events, string Stats, double? Attempts, double? Oversold)> FiguresAsync()
        {
            var metrics = await Scrape.OfAsync(api.Client);
            return (
                (await api.Client.GetAnswerAsync("/events")).Json.GetProperty("total").GetRawText(), (await api.Client.GetAnswerAsync("/stats")).Text,
                metrics.Find("booking_attempts_total"), metrics.Find("tickets_oversold"));
        }
    }

    [Fact]
    public async Task One_race_runs_at_a_time_and_can_be_stopped()
    {
        // Ten buyers at once, so that it runs for seconds.
        var started = await api.Client.PostAnswerAsync("/races", new { strategies = (string[])["naive"], buyers = 2000, at_once = 2 });
        started.Status.Should().Be(HttpStatusCode.Accepted, started.Text);
        var id = started.Json.GetProperty("race_id").GetInt32();
        started.Headers["Location"].Should().Be($"/races/{id}");

        (await api.Client.PostAnswerAsync("/races", new { })).ShouldBeProblem(HttpStatusCode.Conflict, "race_running");
        (await api.Client.SendAsync(HttpMethod.Post, $"/races/{id}/stop")).Status.Should().Be(HttpStatusCode.Accepted);

        var race = await api.Client.RaceEndedAsync(id);
        race.GetProperty("status").GetString().Should().Be("stopped");
        race.Lane("naive").GetProperty("asked").GetInt32().Should().BeLessThan(2000);
        race.Lane("naive").ShouldHaveToldTheTruth(race.Lane("naive").GetProperty("asked").GetInt32());
        (await api.Client.RaceAsync(new { buyers = 10 })).GetProperty("status").GetString().Should().Be("finished");
    }

    [Fact]
    public async Task Who_watches_sees_every_point_once_and_the_end()
    {
        var id = (await api.Client.PostAnswerAsync("/races", new { strategies = (string[])["batched"], buyers = 1000, at_once = 20 })).Json.GetProperty("race_id").GetInt32();

        using var response = await api.Client.GetAsync(new Uri($"/races/{id}/progress", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        var states = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(text => JsonDocument.Parse(text.Split("data: ")[1]).RootElement).ToList();

        states[^1].GetProperty("status").GetString().Should().Be("finished");
        states.SelectMany(state => state.Lane("batched").GetProperty("points").EnumerateArray()).Select(point => point.GetRawText())
            .Should().Equal((await api.Client.GetAnswerAsync($"/races/{id}")).Json.Lane("batched").GetProperty("points").EnumerateArray().Select(point => point.GetRawText()));
    }

    [Fact]
    public async Task The_steps_show_who_read_which_stock_and_what_each_wrote()
    {
        var sale = await api.Client.SetupAsync(tickets: 5, "naive");
        var race = await api.Client.RaceAsync(new { strategies = (string[])["naive", "for_update", "batched"], buyers = 150 });
        (await api.Client.BookAsync(sale)).IsBooked.Should().BeTrue();

        var naive = await StepsAsync("naive");
        var booked = naive.GetProperty("buyers").EnumerateArray().Where(buyer => buyer.GetProperty("outcome").GetString() == "booked").ToList();
        booked.Should().HaveCount(race.Lane("naive").GetProperty("bookings").GetInt32(), "every buyer of the race is recorded, and nobody else");
        booked.GroupBy(SeenBy).Should().Contain(readers => readers.Key != null && readers.Count() > 1, "that is how naive sells a ticket twice");
        naive.GetProperty("statements").EnumerateArray().Select(sql => sql.GetString()!).Should()
            .Contain(sql => sql.StartsWith("SELECT")).And.Contain(sql => sql.StartsWith("UPDATE")).And.Contain(sql => sql.Contains("INSERT INTO"));

        var locked = (await StepsAsync("for_update")).GetProperty("buyers").EnumerateArray().Where(buyer => buyer.GetProperty("outcome").GetString() == "booked").ToList();
        locked.Select(SeenBy).Should().OnlyHaveUniqueItems("under the lock, each reads what the one before has left").And.HaveCount(100);

        var batched = (await StepsAsync("batched")).GetProperty("buyers").EnumerateArray().SelectMany(buyer => buyer.GetProperty("steps").EnumerateArray()).ToList();
        batched.Should().Contain(step => step.GetProperty("batch").ValueKind == JsonValueKind.Number && step.GetProperty("batch").GetInt32() > 1, "orders share a transaction");
        (await api.Client.GetAnswerAsync($"/races/{race.GetProperty("race_id")}/steps?strategy=row_version")).ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");

        async Task<JsonElement> StepsAsync(string strategy) => (await api.Client.GetAnswerAsync($"/races/{race.GetProperty("race_id")}/steps?strategy={strategy}")).Json;
    }

    private static int? SeenBy(JsonElement buyer) => buyer.GetProperty("steps").EnumerateArray()
        .Select(step => step.GetProperty("saw")).Where(saw => saw.ValueKind == JsonValueKind.Number).Select(saw => (int?)saw.GetInt32()).LastOrDefault();

    [Fact]
    public async Task An_unknown_race_is_not_found()
    {
        foreach (var (method, path) in (IEnumerable<(HttpMethod, string)>)[(HttpMethod.Get, ""), (HttpMethod.Get, "/progress"), (HttpMethod.Post, "/stop")])
        {
            (await api.Client.SendAsync(method, $"/races/2000000000{path}")).ShouldBeProblem(HttpStatusCode.NotFound, "race_not_found");
        }
    }
}
