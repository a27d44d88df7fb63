using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>What <c>/metrics</c> shows, read as Prometheus reads it, from a process of its own on a real MariaDB.</summary>
[Trait("Run", "Full")]
public sealed class ScrapeTests : IAsyncLifetime
{
    private const string Update = "UPDATE_SCRAPE";

    private static readonly string _golden = Repository.File("tests", "Ticketing.IntegrationTests", "Telemetry", "scrape.golden.txt");

    private MariaDbServer _server = null!;
    private string _database = null!;
    private ApiProcess _api = null!;

    public async Task InitializeAsync()
    {
        _server = await SharedMariaDb.GetAsync();
        _database = await _server.CreateDatabaseAsync();
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = _database,
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
        });
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    /// <summary>Names, types, label keys and buckets are what dashboards and alerts rely on: <c>UPDATE_SCRAPE=1</c> writes a change down.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_metrics_are_those_that_dashboards_rely_on(bool openMetrics)
    {
        var id = await _api.Client.SetupAsync(2, "batched");
        await _api.Client.BookAsync(id);
        await WaitAsync(async () => (await ScrapeAsync()).Find("tickets_remaining", ("event_id", Text(id))) == 1);

        var shape = ShapeOf(await Scrape.OfAsync(_api.Client, openMetrics));

        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(_golden, shape);
        }

        shape.Should().Be(await File.ReadAllTextAsync(_golden), $"{Update}=1 writes {Path.GetFileName(_golden)}");
    }

    [Fact]
    public async Task What_has_never_happened_is_zero_and_not_missing()
    {
        var scrape = await ScrapeAsync();

        foreach (var strategy in BookingStrategyNames.All)
        {
            scrape.Find("booking_retries_total", ("strategy", strategy)).Should().Be(0);
            foreach (var status in new[] { "success", "failed", "sold_out" })
            {
                scrape.Find("booking_attempts_total", ("status", status), ("strategy", strategy)).Should().Be(0);
            }
        }

        foreach (var status in new[] { "200", "400", "404", "422", "503" })
        {
            scrape.Find("http_requests_total", ("handler", "/book"), ("method", "POST"), ("status", status)).Should().Be(0);
        }

        scrape.Find("http_requests_inprogress", ("handler", "/book")).Should().Be(0);
        scrape.Find("cache_misses_total", ("cache", "status")).Should().NotBeNull();
        scrape.Find("db_connection_errors_total").Should().Be(0);
        scrape.Text.Should().NotContain("otel_scope").And.NotContain("target_info").And.NotContain("/health").And.NotContain("\"/metrics\"");
    }

    [Fact]
    public async Task Each_success_that_is_counted_is_a_row()
    {
        foreach (var strategy in BookingStrategyNames.All)
        {
            var before = await AttemptsAsync(strategy);
            var id = await _api.Client.SetupAsync(30, strategy);

            // 60 orders, of which every third repeats the key of the one before.
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
                _api.Client.BookAsync(id, userId: i - (i % 3 == 2 ? 1 : 0), key: i % 3 == 0 ? null : $"{id}-{i / 3}")));

            var rows = Convert.ToInt64(await _server.QueryAsync($"SELECT COUNT(*) FROM {DatabaseName}.bookings WHERE event_id = {id}"), CultureInfo.InvariantCulture);
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
        var id = await _api.Client.SetupAsync(100, "for_update");
        await using (var connection = new MySqlConnector.MySqlConnection(_database))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var hold = new MySqlConnector.MySqlCommand($"SELECT * FROM events WHERE id = {id} FOR UPDATE", connection, transaction);
            await hold.ExecuteScalarAsync();

            using var patience = new CancellationTokenSource();
            var requests = Enumerable.Range(1, 60).Select(user => BookImpatientlyAsync(id, user, patience.Token)).ToList();
            await WaitAsync(async () => await ScrapeAsync() is var scrape
                && scrape.Find("http_requests_inprogress", ("handler", "/book")) == 60
                && scrape.Find("db_connection_pool_used") == scrape.Find("db_connection_pool_size")
                && scrape.Find("db_connection_pool_available") == 0
                && scrape.Find("http_request_queue_depth") >= 20); // so many wait for a connection

            await patience.CancelAsync();
            await Task.WhenAll(requests);
        }

        await WaitAsync(async () => await ScrapeAsync() is var after
            && after.Find("http_requests_inprogress", ("handler", "/book")) == 0
            && after.Find("http_request_queue_depth") == 0
            && after.Find("db_connection_pool_used") <= 1); // the snapshot's own
    }

    [Fact]
    public async Task Whatever_is_thrown_at_it_the_series_stay_few()
    {
        var id = await _api.Client.SetupAsync(1000, "batched");
        await ThrowAsync(0, 20);
        var before = await ScrapeAsync();

        await ThrowAsync(1000, 300);

        var after = await ScrapeAsync();
        OursIn(after).Should().BeLessThanOrEqualTo(OursIn(before) + 2);
        after.Text.Should().NotContain("nothing-here").And.NotContain("WORD");
        after.Find("http_requests_total", ("handler", "unmatched"), ("status", "404")).Should().BeGreaterThanOrEqualTo(300);

        async Task ThrowAsync(int from, int count)
        {
            await Parallel.ForAsync(from, from + count, async (i, _) =>
            {
                await _api.Client.GetAnswerAsync($"/nothing-here-{i}");
                await _api.Client.GetAnswerAsync($"/problems/nothing-here-{i}");
                await _api.Client.SendAsync(new HttpMethod($"WORD{i}"), "/book");
                await _api.Client.BookAsync(id, userId: 1_000_000 + i);
                await _api.Client.BookAsync(2_000_000 + i);
                await _api.Client.GetAnswerAsync($"/history?user_id={i + 1}");
            });
        }
    }

    [Fact]
    public async Task Only_the_newest_events_that_exist_are_shown()
    {
        var ids = new List<int>();
        for (var i = 0; i < 55; i++)
        {
            ids.Add(await _api.Client.SetupAsync(i + 1, i % 2 == 0 ? "naive" : "batched"));
        }

        await WaitAsync(async () => Events(await ScrapeAsync()).SequenceEqual(ids.Skip(5)));

        await _server.ExecuteAsync(
            $"DELETE FROM {DatabaseName}.events WHERE id = {ids[^1]}; " +
            $"UPDATE {DatabaseName}.events SET available_tickets = -7 WHERE id = {ids[^3]}");
        await WaitAsync(async () => Events(await ScrapeAsync()).SequenceEqual(ids.Skip(4).Take(50)));
        var scrape = await ScrapeAsync();
        scrape.Find("tickets_remaining", ("event_id", Text(ids[^3]))).Should().Be(-7);
        scrape.Find("tickets_oversold", ("event_id", Text(ids[^3])), ("strategy", "naive")).Should().Be(7);
        scrape.Find("tickets_oversold", ("event_id", Text(ids[^2]))).Should().Be(0);
    }

    private string DatabaseName => new MySqlConnector.MySqlConnectionStringBuilder(_database).Database;

    private Task<Scrape> ScrapeAsync() => Scrape.OfAsync(_api.Client);

    private async Task<(double Success, double SoldOut, double Failed)> AttemptsAsync(string strategy)
    {
        await Task.Delay(400); // the exporter keeps an answer for 300 ms
        var scrape = await ScrapeAsync();
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
            using var response = await _api.Client.SendAsync(request, patience);
        }
        catch (OperationCanceledException)
        {
            // That was the plan.
        }
    }

    /// <summary>One line per metric: its type, its name, the keys of its labels, and its buckets.</summary>
    private static string ShapeOf(Scrape scrape)
    {
        var lines = scrape.Types
            .Where(type => !type.Key.StartsWith("dotnet_", StringComparison.Ordinal))
            .Select(type =>
            {
                var name = type.Value == "counter" && !type.Key.EndsWith("_total", StringComparison.Ordinal) ? $"{type.Key}_total" : type.Key;
                var samples = scrape.Samples.Where(sample => sample.Name == (type.Value == "histogram" ? $"{name}_bucket" : name)).ToList();
                var labels = samples.SelectMany(sample => sample.Labels.Keys).Where(key => key != "le").Distinct().Order(StringComparer.Ordinal);
                var buckets = samples.Where(sample => sample.Labels.ContainsKey("le")).Select(sample => Normal(sample.Labels["le"])).Distinct();
                return $"{type.Value} {name}{{{string.Join(',', labels)}}} {string.Join(' ', buckets)}".TrimEnd();
            });
        return string.Join('\n', lines.Order(StringComparer.Ordinal)) + '\n';
    }

    /// <summary>OpenMetrics writes 1.0 where the plain format writes 1.</summary>
    private static string Normal(string bound) => bound.EndsWith(".0", StringComparison.Ordinal) ? bound[..^2] : bound;

    private static int OursIn(Scrape scrape) => scrape.Samples.Count(sample => !sample.Name.StartsWith("dotnet_", StringComparison.Ordinal));

    private static IEnumerable<int> Events(Scrape scrape) => scrape.Samples
        .Where(sample => sample.Name == "tickets_remaining")
        .Select(sample => int.Parse(sample.Labels["event_id"], CultureInfo.InvariantCulture))
        .Order();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Task WaitAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        Eventually.HoldsAsync(condition, TimeSpan.FromSeconds(15), text: text);
}
