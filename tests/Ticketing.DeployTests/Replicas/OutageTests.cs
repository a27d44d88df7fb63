using System.Globalization;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Replicas;

/// <summary>A flash sale on three replicas, and what remains of it while Redis or the database is unavailable.</summary>
[Trait("Run", "Alone")]
[Collection(SharedCluster.Name)]
public sealed class OutageTests(Cluster cluster, ITestOutputHelper output) : SaleTests(cluster, output)
{
    private static readonly TimeSpan _recovery = TimeSpan.FromSeconds(10);

    private Task? _faultOnce;

    [Fact]
    public async Task A_flash_sale_sells_every_ticket_once()
    {
        const int tickets = 5_000;
        var id = await SetupAsync(tickets);
        var (hitsBefore, missesBefore) = await LooksAsync();

        using var crowd = new Crowd(Cluster.Address, id, visitors: 300, keyed: 0.5);
        await crowd.RunAsync(async () =>
        {
            await Eventually.HoldsAsync(() => Task.FromResult(crowd.Confirmed.Count >= tickets), TimeSpan.FromSeconds(60), crowd.Summary);
            await Task.Delay(TimeSpan.FromSeconds(1)); // some come too late
        });

        Report("high scenario", crowd);
        var (hits, misses) = await LooksAsync();
        (hits, misses) = (hits - hitsBefore, misses - missesBefore);
        Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"/status: p95 {crowd.LookP95.TotalMilliseconds:0.0} ms, {hits / (hits + misses):P1} from the cache: {misses} reads of the database, {hits} saved"));
        (hits / (hits + misses)).Should().BeGreaterThan(0.8);
        ExpectOnly(crowd, "200", "400 sold_out", "503 busy");
        crowd.Confirmed.Should().HaveCount(tickets, "as many were wanted, and more");
        await ExpectBooksToAgreeAsync(id, tickets, crowd);
    }

    public static TheoryData<string> RedisFaults => [.. TestLength.Cases(1, "killed", "frozen")];

    public static TheoryData<string> DatabaseFaults => [.. TestLength.Cases(2, "killed", "frozen", "stopped")];

    [Theory]
    [MemberData(nameof(RedisFaults))]
    public async Task Without_Redis_only_distributed_lock_is_affected(string fault)
    {
        const int tickets = 1_000_000;
        var batched = await SetupAsync(tickets);
        var locked = await SetupAsync(tickets, "distributed_lock");
        using var crowd = new Crowd(Cluster.Address, batched, visitors: 40, keyed: 0.5);
        using var lockers = new Crowd(Cluster.Address, locked, visitors: 10, keyed: 1);
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
                await Cluster.Redis.KillAsync();
                await Task.Delay(TimeSpan.FromSeconds(2));
                await Cluster.Redis.RestartAsync();
            }
            else
            {
                Cluster.Redis.Freeze();
                await Task.Delay(TimeSpan.FromSeconds(3));
                Cluster.Redis.Thaw();
            }

            back = lockers.Now;
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
    }

    [Theory]
    [MemberData(nameof(DatabaseFaults))]
    public async Task A_database_outage_loses_no_confirmed_booking(string fault)
    {
        const int tickets = 1_000_000;
        var id = await SetupAsync(tickets);
        using var crowd = new Crowd(Cluster.Address, id, visitors: 50, keyed: 1);
        var (gone, back) = (TimeSpan.Zero, TimeSpan.Zero);

        await crowd.RunAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            gone = crowd.Now;
            switch (fault)
            {
                case "stopped":
                    await Cluster.MariaDb.StopAsync();
                    await Task.Delay(TimeSpan.FromSeconds(2));
                    await Cluster.MariaDb.StartAsync();
                    break;
                case "killed":
                    await Cluster.MariaDb.KillAsync();
                    await Task.Delay(TimeSpan.FromSeconds(2));
                    await Cluster.MariaDb.StartAsync();
                    break;
                default:
                    Cluster.MariaDb.Freeze();
                    await Task.Delay(TimeSpan.FromSeconds(5));
                    Cluster.MariaDb.Thaw();
                    break;
            }

            back = crowd.Now;
            await Task.Delay(TimeSpan.FromSeconds(2));
        });

        Report($"MariaDB {fault}", crowd);
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"gone for {(back - gone).TotalSeconds:0.0} s"));
        ExpectOnly(crowd, "200", "503 busy", "503 database_unavailable", "503 outcome_unknown");
        ExpectRecovery(crowd, back);
        await ExpectBooksToAgreeAsync(id, tickets, crowd);
    }

    private async Task<(double Hits, double Misses)> LooksAsync() =>
        (await Cluster.SumAsync("cache_hits_total", ("cache", "status")), await Cluster.SumAsync("cache_misses_total", ("cache", "status")));

    private void ExpectRecovery(Crowd crowd, TimeSpan back)
    {
        var (lastBad, rate) = (crowd.LastBadAnswerSince(back) - back, crowd.Rate(back, crowd.Now));
        Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"last bad answer {lastBad.TotalSeconds:0.0} s after it was back, {rate:0} bookings/s since then"));
        lastBad.Should().BeLessThan(_recovery);
        rate.Should().BeGreaterThan(0);
    }
}
