using System.Globalization;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Replicas;

/// <summary>A flash sale on three replicas, in good days and in bad ones. The figures are in the test's output.</summary>
[Trait("Run", "Alone")]
public sealed class ReplicasTests(Cluster cluster, ITestOutputHelper output) : IClassFixture<Cluster>
{
    private static readonly TimeSpan _recovery = TimeSpan.FromSeconds(10);

    private Task? _faultOnce;

    [Fact]
    public async Task A_flash_sale_sells_every_ticket_once()
    {
        const int tickets = 5_000;
        var id = await SetupAsync(tickets);
        var (hitsBefore, missesBefore) = await LooksAsync();

        using var crowd = new Crowd(cluster.Address, id, visitors: 300, keyed: 0.5);
        await crowd.RunAsync(async () =>
        {
            await Eventually.HoldsAsync(() => Task.FromResult(crowd.Confirmed.Count >= tickets), TimeSpan.FromSeconds(60), crowd.Summary);
            await Task.Delay(TimeSpan.FromSeconds(1)); // some come too late
        });

        Report("high scenario", crowd);
        var (hits, misses) = await LooksAsync();
        (hits, misses) = (hits - hitsBefore, misses - missesBefore);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"/status: p95 {crowd.LookP95.TotalMilliseconds:0.0} ms, {hits / (hits + misses):P1} from the cache: {misses} reads of the database, {hits} saved"));
        (hits / (hits + misses)).Should().BeGreaterThan(0.8);
        ExpectOnly(crowd, "200", "400 sold_out", "503 busy");
        crowd.Confirmed.Should().HaveCount(tickets, "as many were wanted, and more");
        await ExpectBooksToAgreeAsync(id, tickets, crowd);
    }

    [Fact]
    public Task Replacing_every_replica_loses_no_request_and_keeps_nobody_waiting() => RepeatAsync(
        "three replicas restarted one after the other",
        async () =>
        {
            for (var round = 0; round < TestLength.Times(1, 3); round++)
            {
                await cluster.RestartReplicasAsync();
            }
        },
        crowd =>
        {
            ExpectOnly(crowd, "200");
            crowd.LongestWait.Should().BeLessThan(TimeSpan.FromSeconds(1));
        });

    [Fact]
    public Task Scaling_up_and_down_loses_no_request() => RepeatAsync(
        "from three replicas to five and back",
        async () =>
        {
            await cluster.ScaleUpAsync();
            await Task.Delay(TimeSpan.FromSeconds(1)); // with all five
            await cluster.ScaleDownAsync();
        },
        crowd => ExpectOnly(crowd, "200"));

    [Fact]
    public Task A_replica_that_is_killed_loses_no_order_with_a_key_and_no_read() => RepeatAsync(
        "each of three replicas killed once",
        async () =>
        {
            for (var place = 0; place < 3; place++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500));
                await cluster.KillReplicaAsync(place); // one of them has the orders of this event
                await cluster.StartAsync([place]);
            }
        },
        crowd =>
        {
            crowd.RepeatableAnswers.Keys.Should().Equal("200");
            ExpectOnly(crowd, "200", "503 outcome_unknown");
        });

    [Theory]
    [InlineData("killed")]
    [InlineData("frozen")]
    public async Task Without_Redis_only_distributed_lock_is_affected(string fault)
    {
        const int tickets = 1_000_000;
        var batched = await SetupAsync(tickets);
        var locked = await SetupAsync(tickets, "distributed_lock");
        using var crowd = new Crowd(cluster.Address, batched, visitors: 40, keyed: 0.5);
        using var lockers = new Crowd(cluster.Address, locked, visitors: 10, keyed: 1);
        var back = TimeSpan.Zero;

        await Task.WhenAll(crowd.RunAsync(MeanwhileAsync), lockers.RunAsync(MeanwhileAsync));

        Report($"Redis {fault}, batched", crowd);
        Report($"Redis {fault}, distributed_lock", lockers);
        ExpectOnly(crowd, "200");
        await ExpectBooksToAgreeAsync(batched, tickets, crowd);

        ExpectOnly(lockers, "200", "503 busy");
        if (fault == "killed")
        {
            // One that is only frozen may thaw before a buyer's patience ends.
            lockers.Answers.Should().ContainKey("503 busy", "its lock was unavailable");
        }

        ExpectRecovery(lockers, back);
        await ExpectBooksToAgreeAsync(locked, tickets, lockers);

        Task MeanwhileAsync() => _faultOnce ??= FaultAsync();

        async Task FaultAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            if (fault == "killed")
            {
                await cluster.Redis.KillAsync();
                await Task.Delay(TimeSpan.FromSeconds(2));
                await cluster.Redis.RestartAsync();
            }
            else
            {
                cluster.Redis.Freeze();
                await Task.Delay(TimeSpan.FromSeconds(3));
                cluster.Redis.Thaw();
            }

            back = lockers.Now;
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
    }

    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")]
    [InlineData("frozen")]
    public async Task A_database_outage_loses_no_confirmed_booking(string fault)
    {
        const int tickets = 1_000_000;
        var id = await SetupAsync(tickets);
        using var crowd = new Crowd(cluster.Address, id, visitors: 50, keyed: 1);
        var (gone, back) = (TimeSpan.Zero, TimeSpan.Zero);

        await crowd.RunAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            gone = crowd.Now;
            switch (fault)
            {
                case "stopped":
                    await cluster.MariaDb.StopAsync();
                    await Task.Delay(TimeSpan.FromSeconds(2));
                    await cluster.MariaDb.StartAsync();
                    break;
                case "killed":
                    await cluster.MariaDb.KillAsync();
                    await Task.Delay(TimeSpan.FromSeconds(2));
                    await cluster.MariaDb.StartAsync();
                    break;
                default:
                    cluster.MariaDb.Freeze();
                    await Task.Delay(TimeSpan.FromSeconds(5));
                    cluster.MariaDb.Thaw();
                    break;
            }

            back = crowd.Now;
            await Task.Delay(TimeSpan.FromSeconds(2));
        });

        Report($"MariaDB {fault}", crowd);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"gone for {(back - gone).TotalSeconds:0.0} s"));
        ExpectOnly(crowd, "200", "503 busy", "503 database_unavailable", "503 outcome_unknown");
        ExpectRecovery(crowd, back);
        await ExpectBooksToAgreeAsync(id, tickets, crowd);
    }

    /// <summary>A flash sale of one event that does not sell out; half of the orders have a key. A long run repeats it twenty times.</summary>
    private async Task RepeatAsync(string what, Func<Task> meanwhile, Action<Crowd> expect)
    {
        const int tickets = 1_000_000;
        for (var run = 1; run <= TestLength.Times(1, 20); run++)
        {
            var id = await SetupAsync(tickets);
            using var crowd = new Crowd(cluster.Address, id, visitors: TestLength.Times(20, 50), keyed: 0.5);

            await crowd.RunAsync(meanwhile);

            Report($"{what}, run {run}", crowd);
            expect(crowd);
            await ExpectBooksToAgreeAsync(id, tickets, crowd);
        }
    }

    private async Task<int> SetupAsync(int tickets, string strategy = "batched")
    {
        using var client = Http.Client(cluster.Address);
        return await client.SetupAsync(tickets, strategy);
    }

    private async Task<(double Hits, double Misses)> LooksAsync() =>
        (await cluster.SumAsync("cache_hits_total", ("cache", "status")), await cluster.SumAsync("cache_misses_total", ("cache", "status")));

    private void ExpectRecovery(Crowd crowd, TimeSpan back)
    {
        var (lastBad, rate) = (crowd.LastBadAnswerSince(back) - back, crowd.Rate(back, crowd.Now));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"last bad answer {lastBad.TotalSeconds:0.0} s after it was back, {rate:0} bookings/s since then"));
        lastBad.Should().BeLessThan(_recovery);
        rate.Should().BeGreaterThan(0);
    }

    /// <summary>What was confirmed is there once; and nothing else is, but for orders without a key whose outcome is unknown.</summary>
    private async Task ExpectBooksToAgreeAsync(int eventId, int tickets, Crowd crowd)
    {
        var books = await cluster.ReadBooksAsync(eventId);
        var unknown = books.Bookings.Except(crowd.Confirmed).Count();
        unknown.Should().BeLessThanOrEqualTo(crowd.Undecided);
        crowd.Confirmed.Should().OnlyHaveUniqueItems("one booking for each order that was confirmed").And.BeSubsetOf(books.Bookings);
        books.Available.Should().Be(tickets - books.Bookings.Count);
    }

    private void Report(string what, Crowd crowd) => output.WriteLine($"{what}: {crowd.Summary()}");

    private static void ExpectOnly(Crowd crowd, params string[] answers) => crowd.Answers.Keys.Should().BeSubsetOf(answers, crowd.Summary());
}
