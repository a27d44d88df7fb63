using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>What <c>/metrics</c> shows of a process at work, read as Prometheus reads it.</summary>
[Trait("Run", "Full")]
public sealed class ScrapeTests(ScrapedApi api) : IClassFixture<ScrapedApi>
{
    [Fact]
    public async Task Each_success_that_is_counted_is_a_row()
    {
        foreach (var strategy in BookingStrategyNames.All)
        {
            var before = await AttemptsAsync(strategy);
            var id = await api.Client.SetupAsync(30, strategy);

            // 60 orders, of which every third repeats the key of the one before.
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
                api.Client.BookAsync(id, userId: i - (i % 3 == 2 ? 1 : 0), key: i % 3 == 0 ? null : $"{id}-{i / 3}")));

            var rows = Convert.ToInt64(await api.Server.QueryAsync($"SELECT COUNT(*) FROM {api.DatabaseName}.bookings WHERE event_id = {id}"), CultureInfo.InvariantCulture);
            var after = await AttemptsAsync(strategy);
            (after.Success - before.Success).Should().Be(rows, strategy);
            (after.SoldOut - before.SoldOut).Should().Be(answers.Count(answer => answer.Code == "sold_out"), strategy);
            (after.Failed - before.Failed).Should().Be(
                answers.Count(answer => !answer.IsBooked && answer.Code != "sold_out" && answer.Status != HttpStatusCode.BadRequest), strategy);
        }
    }

    [Fact]
    public async Task Requests_whose_clients_went_away_are_not_in_progress_for_ever()
    {
        var id = await api.Client.SetupAsync(100, "for_update");
        await using (var connection = new MySqlConnector.MySqlConnection(api.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var hold = new MySqlConnector.MySqlCommand($"SELECT * FROM events WHERE id = {id} FOR UPDATE", connection, transaction);
            await hold.ExecuteScalarAsync();

            using var patience = new CancellationTokenSource();
            var requests = Enumerable.Range(1, 60).Select(user => BookImpatientlyAsync(id, user, patience.Token)).ToList();
            await WaitAsync(async () => await api.ScrapeAsync() is var scrape
                && scrape.Find("http_requests_inprogress", ("handler", "/book")) == 60
                && scrape.Find("db_connection_pool_used") == scrape.Find("db_connection_pool_size")
                && scrape.Find("db_connection_pool_available") == 0
                && scrape.Find("http_request_queue_depth") >= 20); // so many wait for a connection

            await patience.CancelAsync();
            await Task.WhenAll(requests);
        }

        await WaitAsync(async () => await api.ScrapeAsync() is var after
            && after.Find("http_requests_inprogress", ("handler", "/book")) == 0
            && after.Find("http_request_queue_depth") == 0
            && after.Find("db_connection_pool_used") <= 1); // the snapshot's own
    }

    [Fact]
    public async Task The_number_of_series_is_bounded_whatever_clients_send()
    {
        var id = await api.Client.SetupAsync(1000, "batched");
        await ThrowAsync(0, 20);
        await Task.Delay(400); // the exporter keeps an answer for 300 ms
        var before = await api.ScrapeAsync();

        await ThrowAsync(1000, 300);

        var after = await api.ScrapeAsync();
        OursIn(after).Should().BeLessThanOrEqualTo(OursIn(before) + 2);
        after.Text.Should().NotContain("nothing-here").And.NotContain("WORD");
        after.Find("http_requests_total", ("handler", "unmatched"), ("status", "404")).Should().BeGreaterThanOrEqualTo(300);

        async Task ThrowAsync(int from, int count)
        {
            await Parallel.ForAsync(from, from + count, async (i, _) =>
            {
                await api.Client.GetAnswerAsync($"/nothing-here-{i}");
                await api.Client.GetAnswerAsync($"/problems/nothing-here-{i}");
                await api.Client.SendAsync(new HttpMethod($"WORD{i}"), "/book");
                await api.Client.BookAsync(id, userId: 1_000_000 + i);
                await api.Client.BookAsync(2_000_000 + i);
                await api.Client.GetAnswerAsync($"/history?user_id={i + 1}");
            });
        }
    }

    [Fact]
    public async Task Of_events_that_sell_nothing_only_the_newest_that_exist_are_shown()
    {
        var ids = new List<int>();
        for (var i = 0; i < 55; i++)
        {
            ids.Add(await api.Client.SetupAsync(i + 1, i % 2 == 0 ? "naive" : "batched"));
        }

        await WaitAsync(async () => (await ShownAsync()).SequenceEqual(ids.Skip(5)));

        await api.Server.ExecuteAsync(
            $"DELETE FROM {api.DatabaseName}.events WHERE id = {ids[^1]}; " +
            $"UPDATE {api.DatabaseName}.events SET available_tickets = -7 WHERE id = {ids[^3]}");
        await WaitAsync(async () => (await ShownAsync()).SequenceEqual(ids.Skip(4).Take(50)));
        var scrape = await api.ScrapeAsync();
        scrape.Find("tickets_remaining", ("event_id", Text(ids[^3]))).Should().Be(-7);
        scrape.Find("tickets_oversold", ("event_id", Text(ids[^3])), ("strategy", "naive")).Should().Be(7);
        scrape.Find("tickets_oversold", ("event_id", Text(ids[^2]))).Should().Be(0);

        // Others have sold tickets of older events.
        async Task<IEnumerable<int>> ShownAsync() => Events(await api.ScrapeAsync()).Where(id => id >= ids[0]);
    }

    private async Task<(double Success, double SoldOut, double Failed)> AttemptsAsync(string strategy)
    {
        await Task.Delay(400); // the exporter keeps an answer for 300 ms
        var scrape = await api.ScrapeAsync();
        return (Of("success"), Of("sold_out"), Of("failed"));

        double Of(string status) => scrape.Find("booking_attempts_total", ("strategy", strategy), ("status", status))!.Value;
    }

    private async Task BookImpatientlyAsync(int eventId, int user, CancellationToken patience)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/book")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { user_id = user, event_id = eventId }),
        };
        try
        {
            using var response = await api.Client.SendAsync(request, patience);
        }
        catch (OperationCanceledException)
        {
            // That was the plan.
        }
    }

    private static int OursIn(Scrape scrape) => scrape.Samples.Count(sample => !sample.Name.StartsWith("dotnet_", StringComparison.Ordinal));

    private static IEnumerable<int> Events(Scrape scrape) => scrape.Samples
        .Where(sample => sample.Name == "tickets_remaining")
        .Select(sample => int.Parse(sample.Labels["event_id"], CultureInfo.InvariantCulture))
        .Order();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Task WaitAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        Eventually.HoldsAsync(condition, TimeSpan.FromSeconds(15), text: text);
}
