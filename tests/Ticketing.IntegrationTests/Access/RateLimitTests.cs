using System.Net;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Access;

/// <summary>A caller who asks too often is told so, and takes nothing from the others.</summary>
public sealed class RateLimitTests(RateLimitTests.Strict api) : IClassFixture<RateLimitTests.Strict>
{
    private const int Burst = 30;

    [Fact]
    public async Task One_caller_is_limited_whatever_key_he_shows_and_the_others_are_not()
    {
        using var greedy = api.ClientWith(await api.KeyAsync(Role.Seller, "greedy"));
        using var same = api.ClientWith(await api.KeyAsync(Role.Seller, "greedy"));
        using var modest = api.ClientWith(await api.KeyAsync(Role.Seller, "modest"));
        using var organizer = api.ClientWith(await api.KeyAsync(Role.Organizer, "venue"));
        var id = await organizer.SetupAsync(1000, "batched");

        var answers = await Task.WhenAll(Enumerable.Range(1, 4 * Burst).Select(user => (user % 2 == 0 ? greedy : same).BookAsync(id, user)));

        var booked = answers.Count(answer => answer.IsBooked);
        booked.Should().BeInRange(Burst, 3 * Burst, "a burst, what comes in meanwhile, and on a busy machine one more: Redis may be too slow once");
        foreach (var refused in answers.Where(answer => !answer.IsBooked))
        {
            refused.ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited");
            int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 60);
            refused.Headers["RateLimit-Policy"].Should().Be("\"key\";q=30;w=3");
            refused.Headers["RateLimit"].Should().MatchRegex("^\"key\";r=0;t=[0-9]+$");
        }

        (await modest.BookAsync(id, userId: 999)).IsBooked.Should().BeTrue("he has sent nothing yet");
        (await organizer.GetAnswerAsync("/status")).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.GetAnswerAsync($"/status?event_id={id}")).Json.GetProperty("tickets_sold").GetInt32().Should().Be(booked + 1, "what is refused takes nothing");
        await Eventually.HoldsAsync(async () => (await greedy.BookAsync(id, userId: 7)).IsBooked, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_is_for_anyone_is_not_limited_here()
    {
        using var caller = api.ClientWith(await api.KeyAsync(Role.Seller, "reader"));
        for (var i = 0; i < 2 * Burst; i++)
        {
            (await caller.GetAnswerAsync("/events")).Status.Should().Be(HttpStatusCode.OK);
        }
    }

    public sealed class Strict : SqliteApi
    {
        protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
        {
            ["Security:Mode"] = "Keys",
            ["RateLimit:KeyPerSecond"] = "10",
            ["RateLimit:KeyBurst"] = $"{Burst}",
        };
    }
}

/// <summary>Replicas share the limit of a caller, and lose nothing but that when Redis is away.</summary>
[Trait("Run", "Alone")] // on a busy machine, Redis answers too late, and each replica counts for itself
public sealed class SharedRateLimitTests
{
    private const int Burst = 40;

    [Fact]
    public async Task Two_replicas_give_one_caller_one_burst_and_go_on_each_for_itself_while_Redis_hangs()
    {
        await using var redis = await RedisProcess.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = redis.ConnectionString,
            ["Security__Mode"] = "Keys",
            ["RateLimit__KeyPerSecond"] = "1",
            ["RateLimit__KeyBurst"] = $"{Burst}",
        };
        await using var one = await ApiProcess.StartAsync(settings);
        await using var two = await ApiProcess.StartAsync(settings);
        foreach (var replica in (ApiProcess[])[one, two])
        {
            replica.Client.DefaultRequestHeaders.Authorization = new("Bearer", await ApiProcess.CreateKeyAsync(settings, "seller")); // of one name
        }

        // The first question to Redis is slow, as its code is compiled, and each replica then does without it for a second. Somebody else asks it.
        var other = await ApiProcess.CreateKeyAsync(settings, "organizer");
        var until = DateTime.UtcNow.AddSeconds(3);
        while (DateTime.UtcNow < until)
        {
            foreach (var replica in (ApiProcess[])[one, two])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/history") { Headers = { Authorization = new("Bearer", other) } };
                await replica.Client.AnswerToAsync(request);
            }

            await Task.Delay(500);
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var passed = (await SendAsync(one)).Concat(await SendAsync(two)).Count(answer => answer.Status == HttpStatusCode.OK);
        passed.Should().BeInRange(Burst, Burst + (int)Math.Ceiling(clock.Elapsed.TotalSeconds), "there is one bucket");

        redis.Freeze();
        await Task.Delay(1500); // whoever was refused is refused again for as long as he was told to wait
        clock.Restart();
        var alone = await SendAsync(one);
        alone.Count(answer => answer.Status == HttpStatusCode.OK).Should().BeInRange(Burst, Burst + (int)Math.Ceiling(clock.Elapsed.TotalSeconds), "now it has a bucket of its own");
        alone.Where(answer => answer.Status != HttpStatusCode.OK).Should().OnlyContain(answer => answer.Code == "rate_limited");
        redis.Thaw();

        static Task<Answer[]> SendAsync(ApiProcess replica) =>
            Task.WhenAll(Enumerable.Range(0, 2 * Burst).Select(_ => replica.Client.GetAnswerAsync("/history?user_id=7")));
    }
}

/// <summary>The warm-up is not stopped at the door.</summary>
[Trait("Run", "Full")]
public sealed class WarmUpWithKeysTests
{
    [Fact]
    public async Task The_program_warms_up_the_way_of_an_order_where_callers_are_asked()
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("warm.db")}",
            ["Security__Mode"] = "Keys",
            ["WarmUp__Seconds"] = "1",
        });

        await api.Process.WritesAsync("Listening");
        api.Output.Should().NotContain("The warm-up failed");
    }
}
