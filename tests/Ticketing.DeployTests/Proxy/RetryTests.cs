using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>
/// What is sent a second time when a replica dies while it has a request. One API stands behind two addresses; the ways to both are cut at the
/// worst moment.
/// </summary>
[Trait("Run", "Full")]
public sealed partial class RetryTests(SingleApi api) : IClassFixture<SingleApi>, IAsyncLifetime
{
    private const int Orders = 8;

    private CuttingProxy[] _ways = [];
    private FrontDoor _door = null!;

    /// <summary>All of them are the same path to the API.</summary>
    public static TheoryData<string> Spellings => ["/api/book", "/api/Book", "/api/book/", "/api//BOOK"];

    private int Cuts => _ways.Sum(way => way.Cuts);

    public async Task InitializeAsync()
    {
        _ways = [new(api.Address.Host, api.Address.Port, Order()), new(api.Address.Host, api.Address.Port, Order())];
        _door = await FrontDoor.StartAsync(_ways.Select(way => new Uri($"http://{way}")));
        await _door.SeesAsync(true, true);
    }

    public async Task DisposeAsync()
    {
        await _door.DisposeAsync();
        foreach (var way in _ways)
        {
            await way.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task An_order_with_a_key_is_sent_again_and_books_once(string path)
    {
        var id = await _door.Client.SetupAsync(100);
        Array.ForEach(_ways, way => way.CutAfter());

        var replies = await OrderAsync(path, id, keyed: true);

        Cuts.Should().Be(2, "the first order was lost on either way");
        replies.Should().OnlyContain(reply => reply.Name == "200");
        await ExpectBookingsAsync(id, Orders); // one of them was carried out three times, and booked once
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task An_order_without_a_key_that_a_backend_had_is_not_sent_again(string path)
    {
        var id = await _door.Client.SetupAsync(100);
        Array.ForEach(_ways, way => way.CutAfter());

        var replies = await OrderAsync(path, id, keyed: false);

        Cuts.Should().Be(1);
        replies.Select(reply => reply.Name).Should().ContainSingle(name => name == "503 outcome_unknown").And.Contain("200");
        await ExpectBookingsAsync(id, Orders); // the one of which nobody knows was booked, and booked once
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task An_order_without_a_key_that_may_have_reached_a_backend_is_not_sent_again(string path)
    {
        var id = await _door.Client.SetupAsync(100);
        Array.ForEach(_ways, way => way.CutBefore());

        var replies = await OrderAsync(path, id, keyed: false);

        replies.Should().ContainSingle(reply => reply.Name == "503 outcome_unknown").Which.Headers["Retry-After"].Should().Be("1");
        await ExpectBookingsAsync(id, Orders - 1);
    }

    [Fact]
    public async Task An_order_with_a_key_that_is_lost_wherever_it_is_sent_has_an_unknown_outcome()
    {
        var id = await _door.Client.SetupAsync(100);
        Array.ForEach(_ways, way => way.CutAfter(times: 10));

        (await _door.Client.BookAsync(id, key: "lost-everywhere")).Name.Should().Be("503 outcome_unknown");

        await ExpectBookingsAsync(id, 1);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task An_order_lost_by_one_backend_has_an_unknown_outcome_even_if_no_other_can_be_reached(bool keyed, bool ready)
    {
        using var replica = new LosingReplica(ready);
        await using var door = await FrontDoor.StartAsync([replica.Address, Nowhere()]);
        await door.SeesAsync(ready, false);

        // Many, because what HAProxy knows of an earlier attempt has depended on milliseconds.
        for (var i = 0; i < 50; i++)
        {
            var lostBefore = replica.Lost;
            (await door.Client.BookAsync(i + 1, key: keyed ? $"lost-{i}" : null)).Name.Should().Be("503 outcome_unknown");
            replica.Lost.Should().BeGreaterThan(lostBefore, "it had the order");
        }
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task An_order_that_reached_no_backend_gets_server_unavailable(string path)
    {
        await using var door = await FrontDoor.StartAsync([Nowhere(), Nowhere(), Nowhere()]);

        // As long as the edge takes them for ready, it may have to say of an order with a key that it does not know.
        (await door.Client.SendAsync(HttpMethod.Post, path, new { user_id = 1, event_id = 1 })).Name.Should().Be("503 server_unavailable");
        (await door.Client.SendAsync(HttpMethod.Post, path, new { user_id = 1, event_id = 1 }, "key")).Name
            .Should().BeOneOf("503 server_unavailable", "503 outcome_unknown");

        await door.SeesAsync(false, false, false);
        foreach (var key in new[] { null, "key" })
        {
            (await door.Client.SendAsync(HttpMethod.Post, path, new { user_id = 1, event_id = 1 }, key)).Name.Should().Be("503 server_unavailable");
        }
    }

    [Fact]
    public async Task An_order_whose_connection_is_refused_goes_to_another_backend()
    {
        await using var door = await FrontDoor.StartAsync([Nowhere(), api.Address]);
        var id = await door.Client.SetupAsync(100);

        for (var i = 0; i < Orders; i++)
        {
            (await door.Client.BookAsync(id)).Name.Should().Be("200");
        }
    }

    [Fact]
    public async Task An_order_finds_the_only_backend_that_listens_before_the_health_checks_do()
    {
        // As when several backends were added at once: they count as ready until their first check, which comes late here.
        await using var edge = await HaproxyServer.StartAsync(
            [Nowhere(), Nowhere(), Nowhere(), api.Address], text => text.Replace("inter 200ms", "inter 60s", StringComparison.Ordinal));
        using var client = Http.Client(edge.Address);

        // The hash of an event decides which backends are tried first.
        for (var i = 0; i < Orders; i++)
        {
            var id = await _door.Client.SetupAsync(1);
            (await client.SendAsync(HttpMethod.Post, "/book", new { user_id = 1, event_id = id })).Name.Should().Be("200");
        }
    }

    [Fact]
    public async Task A_draining_backend_gets_no_more_orders_and_no_read_is_lost()
    {
        await using var leaving = await api.StartAnotherAsync(drainSeconds: 60);
        await using var door = await FrontDoor.StartAsync([leaving.Address, api.Address]);
        await door.SeesAsync(true, true);
        var id = await door.Client.SetupAsync(100);

        leaving.Process.Terminate();
        do
        {
            (await door.Client.AskAsync($"/api/status?event_id={id}")).Name.Should().Be("200");
        }
        while ((await door.Edge.ReadyAsync())[0]);

        var before = await OrdersAtAsync(leaving);
        for (var i = 0; i < Orders; i++)
        {
            (await door.Client.BookAsync(id)).Name.Should().Be("200");
        }

        (await OrdersAtAsync(leaving)).Should().Be(before, "it is about to close its door");
        leaving.Process.Kill(); // it has been seen long enough
    }

    private static Task<double> OrdersAtAsync(ApiProcess replica) => Scrape.SumAsync([replica], "http_requests_total", ("handler", "/book"));

    private static Uri Nowhere() => new($"http://127.0.0.1:{Ports.Free()}");

    private async Task<List<Reply>> OrderAsync(string path, int eventId, bool keyed)
    {
        var replies = new List<Reply>();
        for (var i = 0; i < Orders; i++)
        {
            replies.Add(await _door.Client.SendAsync(
                HttpMethod.Post, path, new { user_id = i + 1, event_id = eventId }, keyed ? $"key-{eventId}-{i}" : null));
        }

        return replies;
    }

    /// <summary>An order whose connection was cut may still be under way, and a status may be as old as its cache allows.</summary>
    private async Task ExpectBookingsAsync(int eventId, int expected)
    {
        using var client = Http.Client(api.Address);
        await Eventually.GetAsync(
            async () => (await client.AskAsync($"/status?event_id={eventId}")).Json.GetProperty("bookings").GetInt32(),
            bookings => bookings == expected,
            TimeSpan.FromSeconds(20));
    }

    /// <summary>The end of an order's body, which may come in a segment of its own.</summary>
    [GeneratedRegex(@"""event_id"":\d+\}")]
    private static partial Regex Order();
}

/// <summary>A server that takes every order, and hangs up instead of answering.</summary>
internal sealed class LosingReplica : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, Ports.Free());
    private readonly byte[] _health;
    private int _lost;

    /// <param name="ready">What it says to health checks.</param>
    public LosingReplica(bool ready)
    {
        _health = Encoding.ASCII.GetBytes($"HTTP/1.1 {(ready ? 200 : 503)} Health\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>How many orders it has had.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream(), buffer);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task AnswerAsync(NetworkStream client, byte[] buffer)
    {
        try
        {
            var count = await client.ReadAsync(buffer);
            if (Encoding.ASCII.GetString(buffer, 0, count).StartsWith("POST /book ", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _lost);
            }
            else
            {
                await client.WriteAsync(_health);
            }
        }
        catch (IOException)
        {
            // A health check has hung up.
        }
    }
}
