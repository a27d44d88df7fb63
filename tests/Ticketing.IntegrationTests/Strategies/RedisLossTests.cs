using System.Diagnostics;
using System.Net;
using StackExchange.Redis;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>The Redis of a lock or a queue is missing, lost, frozen, or forgets the lock.</summary>
[Trait("Run", "Full")]
public sealed class RedisLossTests
{
    [Theory]
    [InlineData("distributed_lock")]
    [InlineData("queued")]
    public async Task Without_redis_the_strategy_is_refused_and_the_setting_named(string strategy)
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("x.db")}" });

        var answer = await api.Client.PostAnswerAsync("/setup", new { strategy });

        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
        answer.Json.GetProperty("errors").GetProperty("strategy")[0].GetString().Should().Contain("ConnectionStrings__Redis");
        (await api.Client.GetAnswerAsync("/status")).ShouldBeProblem(HttpStatusCode.NotFound, "event_not_found");
    }

    [Theory]
    [InlineData("distributed_lock")]
    [InlineData("queued")]
    public async Task Without_redis_buyers_get_busy_until_it_is_back(string strategy)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var api = await ApiProcess.StartAsync(await SettingsAsync(redis));
        var id = await api.Client.SetupAsync(10, strategy);
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();

        await redis.KillAsync();
        for (var i = 0; i < 3; i++)
        {
            (await api.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
        }

        (await api.Client.BookAsync(await api.Client.SetupAsync(1, "batched"))).IsBooked.Should().BeTrue("the others do not need Redis");

        await redis.RestartAsync();
        await BookSoonAsync(api, id);
        (await api.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt32().Should().Be(2);
    }

    [Theory]
    [InlineData("distributed_lock")]
    [InlineData("queued")]
    public async Task A_hanging_redis_gives_busy_within_a_few_seconds(string strategy)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var api = await ApiProcess.StartAsync(await SettingsAsync(redis));
        var id = await api.Client.SetupAsync(10, strategy);
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();

        redis.Freeze();
        var clock = Stopwatch.StartNew();
        (await api.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        redis.Thaw();

        await BookSoonAsync(api, id);
    }

    [Fact]
    public async Task A_lock_that_is_lost_early_does_not_oversell()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var server = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true");
        var settings = await SettingsAsync(redis);
        var database = settings["ConnectionStrings__Ticketing"]!;
        await using var first = await ApiProcess.StartAsync(settings);
        await using var second = await ApiProcess.StartAsync(settings);
        var id = await first.Client.SetupAsync(1, "distributed_lock");

        // Both have read that one ticket is left, each in the belief to have the lock, and stand before the UPDATE.
        var answers = new List<Task<Answer>>();
        await using (await RowLock.TakeAsync(database, id))
        {
            foreach (var replica in (ApiProcess[])[first, second])
            {
                answers.Add(replica.Client.BookAsync(id));
                await Eventually.HoldsAsync(async () => await RowLock.WaitingUpdatesAsync(database) == answers.Count, TimeSpan.FromSeconds(5));
                await server.GetDatabase().ExecuteAsync("FLUSHALL"); // as if the lock had expired under its holder
            }
        }

        (await Task.WhenAll(answers)).Select(answer => answer.Code).Should().BeEquivalentTo([null, "sold_out"]);
        var status = await first.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt32().Should().Be(1);
        status.GetProperty("available_tickets").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task Locks_that_are_lost_all_the_time_sell_exactly_what_there_is()
    {
        await using var redis = await RedisProcess.StartAsync();
        var settings = await SettingsAsync(redis);
        await using var first = await ApiProcess.StartAsync(settings);
        await using var second = await ApiProcess.StartAsync(settings);
        using var buyers = new Buyers(100, first.Address, second.Address);
        using var stop = new CancellationTokenSource();

        // Locks vanish all the time, as if they had expired under their holders.
        var forgetful = Task.Run(async () =>
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true");
            while (!stop.IsCancellationRequested)
            {
                await connection.GetDatabase().ExecuteAsync("FLUSHALL");
                await Task.Delay(1); // a lock is held for several milliseconds
            }
        });

        for (var round = 0; round < TestLength.Times(1, 5); round++)
        {
            var id = await first.Client.SetupAsync(20, "distributed_lock");
            var answers = await Task.WhenAll(Enumerable.Range(1, 100).Select(user => buyers.BuyAsync(id, user)));
            answers.Count(answer => answer.IsBooked).Should().Be(20);
            var status = await first.Client.StatusAsync(id);
            status.GetProperty("tickets_sold").GetInt32().Should().Be(20);
            status.GetProperty("available_tickets").GetInt32().Should().Be(0);
        }

        await stop.CancelAsync();
        await forgetful;
    }

    private static async Task<Dictionary<string, string?>> SettingsAsync(RedisProcess redis) => new()
    {
        ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
        ["ConnectionStrings__Redis"] = redis.ConnectionString,
        ["Booking__PatienceSeconds"] = "3",
    };

    /// <summary>It recovers by itself; until then buyers are told "busy", and nothing else.</summary>
    private static Task BookSoonAsync(ApiProcess api, int eventId) => Eventually.HoldsAsync(
        async () =>
        {
            var answer = await api.Client.BookAsync(eventId);
            if (!answer.IsBooked)
            {
                answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
            }

            return answer.IsBooked;
        },
        TimeSpan.FromSeconds(10));
}
