using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>How much is logged while many buy.</summary>
[Trait("Run", "Full")]
public sealed partial class LogVolumeTests(SingleApi api, ITestOutputHelper output) : IClassFixture<SingleApi>
{
    private const int Orders = 5000;

    [Fact]
    public async Task A_flash_sale_is_logged_up_to_a_rate_and_by_a_sample_above_it()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], Shipped());
        var id = await door.Client.SetupAsync(Orders / 2);

        var (elapsed, names) = await BuyAsync(door.Client, id);

        names.Should().BeEquivalentTo(new Dictionary<string, int> { ["200"] = Orders / 2, ["400 sold_out"] = Orders / 2 });
        var log = await AfterFlushAsync(door);
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var perSecond = Shipped().LogPerSecond;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Orders} orders in {elapsed.TotalSeconds:0.0} s: {lines.Length} lines, {log.Length} bytes; a line has {log.Length / lines.Length}"));

        // At once, in each second, and one percent of the rest, which chance can double.
        var allowed = perSecond + (perSecond * elapsed.TotalSeconds) + (2 * Orders / 100) + 2;
        lines.Length.Should().BeInRange(perSecond, (int)allowed).And.BeLessThan(Orders / 2);
        (log.Length / lines.Length).Should().BeLessThan(500);
    }

    [Fact]
    public async Task Above_the_rate_refused_orders_are_in_the_sample_as_all_others_are()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], new() { LogPerSecond = 1, LogSample = "10%" });
        var id = await door.Client.SetupAsync(1);

        await BuyAsync(door.Client, id);

        // 500 are expected, and a standard deviation is 21.
        Regex.Count(await AfterFlushAsync(door), "\"status\":400").Should().BeInRange(500 - 110, 500 + 150);
    }

    [Fact]
    public async Task A_long_address_and_a_long_agent_do_not_make_long_lines()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], Shipped());

        await door.Client.AskAsync("/api/" + new string('x', 5000), ("User-Agent", new string('y', 5000)));

        (await AfterFlushAsync(door)).Length.Should().BeInRange(300, 1000);
    }

    [Fact]
    public async Task Bookings_and_refusals_are_not_logged_by_the_edge_and_the_backend()
    {
        await using var replica = await api.StartAnotherAsync(drainSeconds: 0);
        await using var door = await FrontDoor.StartAsync([replica.Address]);
        var id = await door.Client.SetupAsync(Orders / 2);
        var backend = replica.Output;

        await BuyAsync(door.Client, id);

        replica.Output.Should().Be(backend);

        // It does log what it had to repeat, and a replica that a busy machine made late for its health check.
        door.Edge.Process.Output.Should().NotMatchRegex("\"status\":(200|400),.*\"retries\":\"0\"");
    }

    [Fact]
    public async Task Failures_are_logged_by_the_edge_up_to_a_rate()
    {
        // A failure that can be had at will is an event that does not exist: here it counts as one.
        await using var edge = await HaproxyServer.StartAsync([api.Address], text => text
            .Replace("status ge 500", "status ge 400", StringComparison.Ordinal)
            .Replace("option dontlog-normal", "", StringComparison.Ordinal));
        await using var nginx = await NginxServer.StartAsync(edge.NginxAddress, Shipped());
        using var client = Http.Client(nginx.Address);
        await Eventually.HoldsAsync(async () => (await edge.ReadyAsync())[0], TimeSpan.FromSeconds(10));

        var before = edge.Process.LinesWritten;

        var (elapsed, names) = await BuyAsync(client, int.MaxValue);

        names.Should().BeEquivalentTo(new Dictionary<string, int> { ["404 event_not_found"] = Orders });
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // what it writes is read a moment later
        var lines = edge.Process.LinesWritten - before;
        output.WriteLine($"{Orders} failures in {elapsed.TotalSeconds:0.0} s: {lines} lines");
        lines.Should().BeInRange(90, (int)(100 * (elapsed.TotalSeconds + 2))).And.BeLessThan(Orders / 2);
    }

    [Fact]
    public async Task Without_any_replica_the_edge_logs_a_sample()
    {
        await using var door = await FrontDoor.StartAsync([new Uri($"http://127.0.0.1:{Ports.Free()}")]);

        var before = door.Edge.Process.LinesWritten;

        // Each is answered after a second and a half, so it takes many at once to have more than a hundred a second.
        await BuyAsync(door.Client, 1, atOnce: 500);

        await Task.Delay(TimeSpan.FromSeconds(0.5)); // what it writes is read a moment later
        var lines = door.Edge.Process.LinesWritten - before;
        output.WriteLine($"{Orders} failures: {lines} lines");
        lines.Should().BeInRange(90, Orders / 2);
    }

    /// <summary>What the frontend's image sets.</summary>
    private static NginxChanges Shipped()
    {
        var dockerfile = File.ReadAllText(Repository.File("deploy", "Dockerfile"));
        return new()
        {
            LogPerSecond = int.Parse(PerSecond().Match(dockerfile).Groups[1].Value, CultureInfo.InvariantCulture),
            LogSample = Sample().Match(dockerfile).Groups[1].Value,
        };
    }

    private static async Task<(TimeSpan Elapsed, Dictionary<string, int> Names)> BuyAsync(HttpClient client, int eventId, int atOnce = 100)
    {
        var clock = Stopwatch.StartNew();
        var names = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        await Parallel.ForAsync(1, Orders + 1, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (buyer, cancellationToken) =>
            names.AddOrUpdate((await client.BookAsync(eventId, buyer, cancellationToken: cancellationToken)).Name, 1, (_, count) => count + 1));
        return (clock.Elapsed, new(names));
    }

    private static async Task<string> AfterFlushAsync(FrontDoor door)
    {
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // it is written once a second
        return door.Nginx.AccessLog;
    }

    [GeneratedRegex(@"LOG_PER_SECOND=(\d+) ")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"LOG_SAMPLE=([\d.]+%)")]
    private static partial Regex Sample();
}
