using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.RaceLabTests;

/// <summary>The calls that loadtests/README.md lists, at a small size: each runs as a process, succeeds, and writes figures that were verified.</summary>
[Trait("Run", "Full")]
public sealed class LabOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_high_scenario_on_MariaDB_with_two_replicas_and_without_a_pool()
    {
        const int tickets = 40;
        var results = await RunAsync(
            "--database", "mariadb", "--scenario", "high", "--replicas", "2", "--pooling", "off",
            "--strategies", "for_update", "--tickets", $"{tickets}", "--buyers", "20", "--duration", "2s");

        results.GetProperty("provenance").GetProperty("database").GetString().Should().StartWith("MariaDB").And.Contain("innodb_flush_log_at_trx_commit=1");
        var sale = Sale(results, "for_update");
        sale.GetProperty("replicas").GetInt32().Should().Be(2);
        sale.GetProperty("pooling").GetBoolean().Should().BeFalse();
        sale.GetProperty("buyers").GetInt32().Should().Be(20);
        sale.GetProperty("tickets_sold").GetInt32().Should().Be(tickets);
        sale.GetProperty("sold_out").GetInt32().Should().BePositive("the scenario goes on when all is sold");
        sale.GetProperty("status_latency").GetProperty("p50").GetDouble().Should().BePositive("5 % of the requests are for the status");
        sale.GetProperty("load_seconds").GetDouble().Should().BeGreaterOrEqualTo(1.9);
        sale.GetProperty("connections_opened").GetInt32().Should().BeGreaterThan(sale.GetProperty("sold_out").GetInt32(), "every use opens a connection");
    }

    [Fact]
    public async Task A_rate_sends_that_many_orders_a_second()
    {
        var results = await RunAsync("--rate", "100", "--connections", "8", "--duration", "3s", "--strategies", "batched", "--tickets", "10000");

        var sale = Sale(results, "batched");
        var sent = sale.GetProperty("requests").GetInt32() + sale.GetProperty("dropped").GetInt32();
        sent.Should().BeInRange(200, 400, "they arrive at random, a hundred a second on average");
        sale.GetProperty("booked").GetInt32().Should().Be(sale.GetProperty("requests").GetInt32());
    }

    [LongFact]
    public async Task The_ladder_climbs_from_naive_without_a_pool_to_batched()
    {
        var results = await RunAsync("ladder", "--tickets", "60", "--buyers", "30", "--duration", "20s");

        results.GetProperty("sales").EnumerateArray().Select(sale => sale.GetProperty("name").GetString()).Should().Equal(
            "naive without pool", "naive with pool", "for_update", "row_version", "atomic_update", "distributed_lock", "batched", "queued");
        Sale(results, "naive without pool").GetProperty("oversold").GetInt32().Should().BePositive();
        Sale(results, "batched").GetProperty("oversold").GetInt32().Should().Be(0);
        Sale(results, "naive without pool").GetProperty("connections_opened").GetInt32()
            .Should().BeGreaterThan(Sale(results, "naive with pool").GetProperty("connections_opened").GetInt32());
    }

    [LongFact]
    public async Task A_ratio_is_measured_and_judged()
    {
        var results = await RunAsync("ratios", "--only", "memory", "--rounds", "1", "--seconds", "1s", "--warm-up", "5s", "--connections", "20");

        var ratio = results.GetProperty("ratios").EnumerateArray().Should().ContainSingle().Which;
        ratio.GetProperty("key").GetString().Should().Be("memory");
        ratio.GetProperty("is_met").GetBoolean().Should().BeTrue();
        Sale(results, "batched").GetProperty("peak_memory_bytes").GetInt64().Should().BePositive();
    }

    [LongFact]
    public async Task Another_build_of_the_API_is_measured_beside_this_one()
    {
        // One build, measured twice for a second each: whether the goal is met is chance.
        var results = await RunAsync(
            [0, 1],
            "ratios", "--only", "builds", "--builds", ApiProcess.DefaultProgram, "--rounds", "1", "--seconds", "1s", "--warm-up", "5s", "--connections", "20");

        var ratio = results.GetProperty("ratios").EnumerateArray().Should().ContainSingle().Which;
        ratio.GetProperty("value").GetDouble().Should().BeInRange(0.1, 10);
        results.GetProperty("sales").GetArrayLength().Should().Be(2);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs the lab to its success, and returns its results after checking what must hold of all of them.</summary>
    private Task<JsonElement> RunAsync(params IEnumerable<string> arguments) => RunAsync([0], arguments);

    private async Task<JsonElement> RunAsync(IReadOnlyList<int> exitCodes, params IEnumerable<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Ticketing.RaceLab.dll");
        await using var lab = ManagedProcess.Start("dotnet", [program, .. arguments, "--out", _folder.Path]);
        await lab.WaitForExitAsync(TimeSpan.FromMinutes(10));
        lab.ExitCode.Should().BeOneOf(exitCodes, lab.Output);

        var results = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("results.json"))).RootElement;
        results.GetProperty("violations").GetArrayLength().Should().Be(0);
        foreach (var sale in results.GetProperty("sales").EnumerateArray())
        {
            sale.GetProperty("booked").GetInt32().Should().BePositive();
            sale.GetProperty("bookings_per_second").GetDouble().Should().BePositive();
            var stock = sale.GetProperty("tickets").GetInt32() * sale.GetProperty("events").GetInt32();
            (sale.GetProperty("tickets_sold").GetInt64() + sale.GetProperty("tickets_left").GetInt64()).Should().Be(stock, sale.GetProperty("name").GetString());
        }

        return results;
    }

    private static JsonElement Sale(JsonElement results, string name) =>
        results.GetProperty("sales").EnumerateArray().Single(sale => sale.GetProperty("name").GetString() == name);
}
