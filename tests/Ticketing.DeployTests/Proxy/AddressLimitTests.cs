using System.Net.Sockets;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>How much one address may send, and whose address that is.</summary>
[Trait("Run", "Full")]
public sealed partial class AddressLimitTests(SingleApi api) : IClassFixture<SingleApi>
{
    private const int Quota = 20;

    /// <summary>A long window, so that none ends in the middle of a test.</summary>
    private static readonly Dictionary<string, string?> _limits = new() { ["ADDRESS_QUOTA"] = $"{Quota}", ["ADDRESS_WINDOW_SECONDS"] = "100" };

    [Fact]
    public async Task An_address_above_its_quota_is_refused_and_the_others_are_served()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], limits: _limits);
        using var greedy = From("127.0.7.1", door.Nginx.Address);
        using var modest = From("127.0.7.2", door.Nginx.Address);
        var id = await door.Client.SetupAsync(1000);

        var replies = await AskAsync(greedy, 3 * Quota);

        replies.Count(reply => reply.Name == "200").Should().Be(Quota);
        foreach (var refused in replies.Where(reply => reply.Name != "200"))
        {
            refused.Name.Should().Be("429 rate_limited");
            refused.Headers["Retry-After"].Should().Be("1");
            refused.Headers["RateLimit-Policy"].Should().Be($"\"address\";q={Quota};w=100");
            refused.Headers["RateLimit"].Should().Be("\"address\";r=0;t=1");
            refused.Json.GetProperty("traceId").GetString().Should().NotBeNullOrEmpty();
        }

        (await greedy.BookAsync(id)).Name.Should().Be("429 rate_limited");
        (await modest.BookAsync(id)).Name.Should().Be("200");
        (await greedy.AskAsync("/healthz")).Name.Should().Be("200", "Nginx answers itself");

        using var metrics = Http.Client(door.Edge.MetricsAddress);
        (await Scrape.OfAsync(metrics)).Find("haproxy_frontend_requests_denied_total", ("proxy", "edge")).Should().Be((2 * Quota) + 1);
        (await door.Edge.CommandAsync("show table addresses data.gpc0_rate ge " + Quota)).Should().Contain("key=::ffff:127.0.7.1").And.NotContain("127.0.7.2");
    }

    [Fact]
    public async Task A_client_that_goes_on_gets_what_it_may_have_and_not_more()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], limits: new Dictionary<string, string?> { ["ADDRESS_QUOTA"] = "20", ["ADDRESS_WINDOW_SECONDS"] = "1" });
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var passed = 0;
        while (clock.Elapsed < TimeSpan.FromSeconds(4))
        {
            passed += (await AskAsync(door.Client, 10)).Count(reply => reply.Name == "200");
        }

        passed.Should().BeInRange(50, 20 + (int)(20 * (clock.Elapsed.TotalSeconds + 1)), "20 at once and 20 a second");
    }

    [Fact]
    public async Task An_address_that_a_client_gives_itself_does_not_count()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], limits: _limits);
        using var direct = From("127.0.7.1", door.Edge.Address);

        (await AskAsync(door.Client, 3 * Quota, i => $"198.51.100.{i}")).Count(reply => reply.Name == "200").Should().Be(Quota, "Nginx takes the connection's address");
        (await AskAsync(direct, 3 * Quota, i => $"198.51.100.{i}", path: "/health")).Count(reply => reply.Name == "200").Should().Be(Quota, "so does the edge");
    }

    [Fact]
    public async Task Behind_trusted_proxies_clients_are_told_apart_and_IPv6_networks_count_as_one()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], new() { TrustedProxies = ["127.0.0.1", "10.1.0.0/16"] }, _limits);

        (await PassedAsync(_ => "203.0.113.1, 198.51.100.1, 10.1.2.3")).Should().Be(Quota, "the last one that is not a proxy is the client");
        (await PassedAsync(_ => "198.51.100.1")).Should().Be(0, "it is the same client");
        (await PassedAsync(i => $"198.51.100.{i + 2}")).Should().Be(3 * Quota, "these are many");
        (await PassedAsync(i => $"2001:db8:0:1::{i + 1}")).Should().Be(Quota, "a customer has a network");
        (await PassedAsync(i => $"2001:db8:0:{i + 2:x}::1")).Should().Be(3 * Quota);

        async Task<int> PassedAsync(Func<int, string> client) => (await AskAsync(door.Client, 3 * Quota, client)).Count(reply => reply.Name == "200");
    }

    [Fact]
    public async Task The_servers_of_shops_have_no_limit()
    {
        await using var door = await FrontDoor.StartAsync(
            [api.Address], limits: new Dictionary<string, string?>(_limits) { ["UNLIMITED_ADDRESSES"] = "198.51.100.0/24 127.0.7.1" });
        using var shop = From("127.0.7.1", door.Nginx.Address);

        (await AskAsync(shop, 3 * Quota)).Should().OnlyContain(reply => reply.Name == "200");
        (await AskAsync(door.Client, 3 * Quota)).Should().Contain(reply => reply.Name == "429 rate_limited");
    }

    [Fact]
    public async Task A_crowd_behind_one_address_is_served_where_addresses_have_no_limit()
    {
        // As in the stack to try out, where a load test is one address.
        var compose = await File.ReadAllTextAsync(Repository.File("deploy", "docker-compose.yml"));
        await using var door = await FrontDoor.StartAsync([api.Address], limits: new Dictionary<string, string?> { ["ADDRESS_QUOTA"] = Quotas().Match(compose).Groups["value"].Value });
        const int buyers = 300;
        const int requests = 10;
        var id = await door.Client.SetupAsync(buyers * requests);

        var replies = await Task.WhenAll(Enumerable.Range(1, buyers).Select(async buyer =>
        {
            var names = new List<string>();
            for (var i = 0; i < requests; i++)
            {
                names.Add((await door.Client.BookAsync(id, buyer)).Name);
            }

            return names;
        }));

        replies.SelectMany(names => names).Should().HaveCount(buyers * requests).And.OnlyContain(name => name == "200");
    }

    [Fact]
    public async Task Without_any_setting_the_limit_is_that_of_the_contract()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], limits: new Dictionary<string, string?>());

        var replies = await AskAsync(door.Client, 400);

        replies.Count(reply => reply.Name == "200").Should().BeInRange(200, 350, "200 at once, and 50 a second while the requests come in");
        replies.First(reply => reply.Name != "200").Headers["RateLimit-Policy"].Should().Be("\"address\";q=200;w=4");
    }

    [Fact]
    public async Task An_address_cannot_hold_all_connections()
    {
        await using var door = await FrontDoor.StartAsync([api.Address], new() { ConnectionsPerAddress = 1 });
        var slow = await SendHalfAsync(door.Nginx.Address);
        try
        {
            var refused = await Eventually.GetAsync(
                async () =>
                {
                    // While a request from the start is still counted, it is the slow one that is refused.
                    if (slow.Available > 0)
                    {
                        slow.Dispose();
                        slow = await SendHalfAsync(door.Nginx.Address);
                    }

                    return await door.Client.AskAsync("/api/health");
                },
                reply => reply.Name == "429 rate_limited",
                TimeSpan.FromSeconds(5));
            refused.Headers["Retry-After"].Should().Be("1");

            using var other = From("127.0.7.1", door.Nginx.Address);
            (await other.AskAsync("/api/health")).Name.Should().Be("200");
        }
        finally
        {
            slow.Dispose();
        }
    }

    /// <summary>A client that sends the beginning of an order, and then nothing.</summary>
    private static async Task<TcpClient> SendHalfAsync(Uri server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await client.GetStream().WriteAsync("POST /api/book HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{"u8.ToArray());
        return client;
    }

    /// <summary>A client whose connections come from this address.</summary>
    private static HttpClient From(string address, Uri server) => new(new LocalAddress(address).Handler()) { BaseAddress = server };

    private static Task<Reply[]> AskAsync(HttpClient client, int times, Func<int, string>? forwardedFor = null, string path = "/api/health") =>
        Task.WhenAll(Enumerable.Range(0, times).Select(i => client.AskAsync(path, forwardedFor is null ? null : ("X-Forwarded-For", forwardedFor(i)))));

    [GeneratedRegex(@"ADDRESS_QUOTA: ""(?<value>\d+)""")]
    private static partial Regex Quotas();
}
