using System.Diagnostics;
using System.Globalization;
using System.Net;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Caching;

/// <summary>The read cache: it reduces the load on the database, and works while the database or Redis is unavailable.</summary>
[Trait("Run", "Full")]
public sealed class CacheTests : IAsyncLifetime
{
    private string _database = null!;
    private RedisProcess _redis = null!;

    public async Task InitializeAsync()
    {
        _database = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        _redis = await RedisProcess.StartAsync();
    }

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task Concurrent_reads_query_the_database_once()
    {
        // Two hundred at once take seconds where other tests run beside them.
        await using var api = await StartAsync(("Cache__HistorySeconds", "60"), ("Cache__StatsSeconds", "60"));
        var id = await api.Client.SetupAsync(100, "batched");
        await api.Client.BookAsync(id); // what is empty is not kept

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => api.Client.GetAnswerAsync($"/history?event_id={id}")));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => api.Client.GetAnswerAsync("/stats")));

        (await MissesAsync(api, "history")).Should().Be(2, "it asks for the number of bookings, and for a page of them");
        (await MissesAsync(api, "stats")).Should().Be(1);
        (await Scrape.OfAsync(api.Client)).Find("cache_hits_total", ("cache", "stats")).Should().Be(199);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_database_reads_are_answered_and_bookings_refused_at_once(bool hangs)
    {
        await using var server = await MariaDbProcess.StartAsync();
        _database = $"{server.ConnectionString};Database=ticketing";
        await using var api = await StartAsync(("Cache__StatusSeconds", "1"), ("Cache__EventsSeconds", "1"));
        var id = await api.Client.SetupAsync(10, "batched");
        await api.Client.BookAsync(id);
        string[] paths = ["/status", $"/status?event_id={id}", "/events", "/stats", "/history"];
        foreach (var path in paths)
        {
            var answer = await api.Client.GetAnswerAsync(path);
            answer.Status.Should().Be(HttpStatusCode.OK);
            answer.Headers.Should().ContainKey("Age").And.NotContainKey("Warning");
        }

        await StopAsync(server, hangs);
        await Task.Delay(TimeSpan.FromSeconds(2.1)); // what was fresh is stale now
        foreach (var path in paths)
        {
            var answer = await api.Client.GetAnswerAsync(path);
            answer.Status.Should().Be(HttpStatusCode.OK, path);
            int.Parse(answer.Headers["Age"], CultureInfo.InvariantCulture).Should().BeGreaterThanOrEqualTo(2);
            if (path is not ("/stats" or "/history"))
            {
                answer.Headers["Warning"].Should().StartWith("110", path);
            }
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                var clock = Stopwatch.StartNew();
                var answer = await api.Client.BookAsync(id);
                answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "database_unavailable");
                return clock.Elapsed < TimeSpan.FromSeconds(1);
            },
            TimeSpan.FromSeconds(20));

        await StartAgainAsync(server, hangs);
        await Eventually.HoldsAsync(async () => (await api.Client.BookAsync(id)).IsBooked, TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(async () => !(await api.Client.GetAnswerAsync("/status")).Headers.ContainsKey("Warning"), TimeSpan.FromSeconds(10));
        (await CountBookingsAsync()).Should().Be(2, "the refused bookings have not been made later");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_redis_reads_go_on(bool hangs)
    {
        await using var api = await StartAsync();
        var id = await api.Client.SetupAsync(10, "batched");
        await api.Client.StatusAsync(id);

        if (hangs)
        {
            _redis.Freeze();
        }
        else
        {
            await _redis.KillAsync();
        }

        for (var i = 0; i < 5; i++)
        {
            var newId = await api.Client.SetupAsync(10, "batched");
            var clock = Stopwatch.StartNew();
            (await api.Client.StatusAsync(newId)).GetProperty("event_id").GetInt32().Should().Be(newId);
            (await api.Client.GetAnswerAsync("/stats")).Status.Should().Be(HttpStatusCode.OK);
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3));
        }

        if (hangs)
        {
            _redis.Thaw();
        }
        else
        {
            await _redis.RestartAsync();
        }

        (await api.Client.StatusAsync(id)).GetProperty("event_id").GetInt32().Should().Be(id);
    }

    private Task<ApiProcess> StartAsync(params IEnumerable<(string Name, string Value)> settings)
    {
        var all = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        all["ConnectionStrings__Ticketing"] = _database;
        all["ConnectionStrings__Redis"] = _redis.ConnectionString;
        return ApiProcess.StartAsync(all);
    }

    private async Task<long> CountBookingsAsync()
    {
        await using var connection = new MySqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT COUNT(*) FROM bookings", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task StopAsync(MariaDbProcess server, bool hangs)
    {
        if (hangs)
        {
            server.Freeze();
        }
        else
        {
            await server.KillAsync();
        }
    }

    private static async Task StartAgainAsync(MariaDbProcess server, bool hangs)
    {
        if (hangs)
        {
            server.Thaw();
        }
        else
        {
            await server.StartAsync();
        }
    }

    internal static async Task<double> MissesAsync(ApiProcess api, string cache) =>
        (await Scrape.OfAsync(api.Client)).Find("cache_misses_total", ("cache", cache))!.Value;
}
