using Ticketing.RaceLab.Load;

namespace Ticketing.RaceLabTests;

[Trait("Run", "Alone")]
public sealed class LoadGeneratorTests
{
    private const string Booked = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"booking_id\":7}";

    [Fact]
    public async Task Latency_of_an_open_loop_counts_from_the_intended_start()
    {
        await using var server = new SlowServer(TimeSpan.FromMilliseconds(100), Booked);

        // One connection serves 10 a second, and 50 a second come: whoever comes after 1 s waits for the 40 before.
        var tally = await RunAsync(server, new() { Buyers = 1, Duration = TimeSpan.FromSeconds(2), Rate = 50 });

        tally.OrderLatency.GetValueAtPercentile(0).Should().BeInRange(90_000, 400_000, "the first does not wait");
        tally.OrderLatency.GetValueAtPercentile(100).Should().BeGreaterThan(1_000_000, "the last waits for all before it, although its own exchange took 0.1 s");
    }

    [Fact]
    public async Task Arrivals_that_nobody_served_are_reported_as_dropped()
    {
        await using var server = new SlowServer(TimeSpan.FromMilliseconds(100), Booked);
        var tally = await RunAsync(server, new() { Buyers = 1, Duration = TimeSpan.FromSeconds(2), Rate = 50 });
        (tally.Requests + tally.Dropped).Should().Be(100, "each of the 2 s × 50 arrivals is either served or dropped");
        tally.Dropped.Should().BeGreaterThan(70);
    }

    [Fact]
    public async Task A_closed_loop_waits_for_the_answer_before()
    {
        await using var server = new SlowServer(TimeSpan.FromMilliseconds(100), Booked);
        var tally = await RunAsync(server, new() { Buyers = 2, Duration = TimeSpan.FromSeconds(3) });
        tally.ConfirmedCount.Should().BeInRange(4, 62);
        tally.OrderLatency.GetValueAtPercentile(50).Should().BeLessThan(900_000);
    }

    [Fact]
    public async Task An_order_whose_answer_is_lost_is_uncertain()
    {
        await using var server = new SlowServer(TimeSpan.Zero, answer: null);
        var tally = await RunAsync(server, new() { Buyers = 1, Duration = TimeSpan.FromSeconds(0.5) });
        tally.UncertainCount.Should().BePositive().And.Be(tally.Failures["answer lost"]);
        tally.ConfirmedCount.Should().Be(0);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_counts_as_lost()
    {
        await using var server = new SlowServer(TimeSpan.FromSeconds(20), Booked);
        var tally = await RunAsync(server, new() { Buyers = 1, Duration = TimeSpan.FromSeconds(0.5), Timeout = TimeSpan.FromSeconds(0.3) });
        tally.UncertainCount.Should().BePositive();
    }

    [Fact]
    public void An_order_is_written_into_a_request_of_fixed_length()
    {
        var request = new OrderRequest(new Uri("http://localhost:8000"), eventId: 3, keyPrefix: "lab-", holdSeconds: null);
        var small = Text(request.Write(new(1, 3, 7, 1)));
        var large = Text(request.Write(new(999_999, 3, int.MaxValue, 10)));
        small.Should().HaveLength(large.Length).And.Contain("Idempotency-Key: " + OrderRequest.KeyOf("lab-", 1));
        large.Should().Contain("Idempotency-Key: " + OrderRequest.KeyOf("lab-", 999_999));
        BodyOf(small).Should().Be("""{"user_id":7,"event_id":3,"quantity":1}""");
        BodyOf(large).Should().Be("""{"user_id":2147483647,"event_id":3,"quantity":10}""");

        static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes.Span);

        static string BodyOf(string request) => request[request.IndexOf('{', StringComparison.Ordinal)..].Replace(" ", "", StringComparison.Ordinal);
    }

    private static async Task<Tally> RunAsync(SlowServer server, LoadPlan plan)
    {
        var tally = new Tally(tickets: 1_000_000);
        await new LoadGenerator(plan, [server.Address], [1], "lab-", tally).RunAsync(CancellationToken.None);
        return tally;
    }
}
