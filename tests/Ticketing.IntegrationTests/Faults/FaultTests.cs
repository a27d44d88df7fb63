using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Faults;

/// <summary>Faults on purpose are to be felt as real ones are, and to cost no ticket.</summary>
[Trait("Run", "Full")]
public sealed class FaultTests : IAsyncLifetime
{
    private const int PoolSize = 5;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private RedisProcess _redis = null!;
    private ApiProcess _api = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync(); // of its own, because it will hang
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = _redis.ConnectionString,
            ["Database__MaxPoolSize"] = $"{PoolSize}",
            ["Booking__PatienceSeconds"] = "3",
        });
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_slow_database_makes_orders_wait_and_loses_none()
    {
        var id = await _api.Client.SetupAsync(100, "batched");
        await CauseAsync("slow_database");

        var times = new List<double>();
        await Eventually.HoldsAsync(
            async () =>
            {
                var clock = Stopwatch.StartNew();
                (await _api.Client.BookAsync(id)).IsBooked.Should().BeTrue();
                times.Add(clock.Elapsed.TotalMilliseconds);
                return times.Count(time => time > 200) >= 3;
            },
            _patience,
            () => string.Join(' ', times));

        (await _api.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt32().Should().Be(times.Count);
    }

    [Fact]
    public async Task Without_redis_orders_that_need_it_are_busy_and_the_others_are_booked()
    {
        var queued = await _api.Client.SetupAsync(100, "queued");
        var locked = await _api.Client.SetupAsync(100, "distributed_lock");
        var batched = await _api.Client.SetupAsync(100, "batched");
        await CauseAsync("redis_lost");

        foreach (var id in (int[])[queued, locked])
        {
            var answer = await Eventually.GetAsync(() => _api.Client.BookAsync(id), answer => !answer.IsBooked, _patience); // it begins in a moment
            answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
        }

        (await _api.Client.BookAsync(batched)).IsBooked.Should().BeTrue();
    }

    [Fact]
    public async Task With_a_pool_of_one_a_connection_is_left()
    {
        var id = await _api.Client.SetupAsync(100, "for_update");
        await CauseAsync("pool_of_one");

        await Eventually.HoldsAsync(
            async () => (await Scrape.OfAsync(_api.Client)).Find("db_connection_pool_used") >= PoolSize - 1, _patience);
        var answers = await Task.WhenAll(Enumerable.Range(1, 10).Select(user => _api.Client.BookAsync(id, user)));

        answers.Should().AllSatisfy(answer => answer.IsBooked.Should().BeTrue(answer.Text));
    }

    [Fact]
    public async Task One_that_lasts_is_not_caused_again_and_says_when_it_ends()
    {
        var first = await CauseAsync("pool_of_one");
        var again = await CauseAsync("pool_of_one");

        again.GetProperty("ends_at").GetDateTimeOffset().Should().Be(first.GetProperty("ends_at").GetDateTimeOffset())
            .And.BeCloseTo(DateTimeOffset.UtcNow.AddSeconds(60), TimeSpan.FromSeconds(15));
        (await _api.Client.GetAnswerAsync("/faults")).Json.EnumerateArray().Select(fault => fault.GetProperty("ends_at").ValueKind)
            .Should().Equal(JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.String);
        (await _api.Client.PostAnswerAsync("/faults", new { fault = "coffee" })).ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
    }

    [LongFact]
    public async Task Each_is_over_after_a_minute()
    {
        var id = await _api.Client.SetupAsync(100, "queued");
        foreach (var fault in (string[])["slow_database", "redis_lost", "pool_of_one"])
        {
            await CauseAsync(fault);
        }

        await Eventually.HoldsAsync(
            async () => (await _api.Client.GetAnswerAsync("/faults")).Json.EnumerateArray().All(fault => fault.GetProperty("ends_at").ValueKind == JsonValueKind.Null),
            TimeSpan.FromSeconds(90));

        await Eventually.HoldsAsync(async () => (await _api.Client.BookAsync(id)).IsBooked, _patience);
        await Eventually.HoldsAsync(async () => (await Scrape.OfAsync(_api.Client)).Find("db_connection_pool_used") < PoolSize - 1, _patience);
    }

    private async Task<JsonElement> CauseAsync(string fault)
    {
        var answer = await _api.Client.PostAnswerAsync("/faults", new { fault });
        answer.Status.Should().Be(HttpStatusCode.Accepted, answer.Text);
        return answer.Json;
    }
}

/// <summary>On the embedded database, without Redis.</summary>
public sealed class UnavailableFaultTests(SqliteApi api) : IClassFixture<SqliteApi>
{
    [Fact]
    public async Task What_cannot_be_caused_says_why()
    {
        var faults = (await api.Client.GetAnswerAsync("/faults")).Json.EnumerateArray().ToDictionary(fault => fault.GetProperty("fault").GetString()!);

        faults["slow_database"].GetProperty("available").GetBoolean().Should().BeTrue();
        faults["slow_database"].GetProperty("reason").GetString().Should().BeNull();
        faults["pool_of_one"].GetProperty("available").GetBoolean().Should().BeFalse();
        faults["pool_of_one"].GetProperty("reason").GetString().Should().Contain("ConnectionStrings__Ticketing");
        (await api.Client.PostAnswerAsync("/faults", new { fault = "pool_of_one" })).ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
    }
}
