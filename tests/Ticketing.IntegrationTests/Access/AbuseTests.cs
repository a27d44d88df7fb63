using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;
using Xunit.Abstractions;

namespace Ticketing.IntegrationTests.Access;

/// <summary>One client that sends far more than it may takes nothing from those who do not: all that stands before an order, as it is shipped.</summary>
[Trait("Run", "Alone")] // it compares durations
public sealed class AbuseTests(ITestOutputHelper output)
{
    private const int Honest = 300;
    private const int AbuserId = 1_000_000;
    private const int PerSecond = 2000;
    private const int Rounds = 3;

    private static readonly TimeSpan _thinking = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _phase = TimeSpan.FromSeconds(8);

    /// <summary>Nobody notices less, and on a small machine a few milliseconds are another's turn on the processor.</summary>
    private static readonly TimeSpan _notNoticed = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Honest_buyers_do_not_notice_one_that_sends_2000_requests_a_second()
    {
        await using var issuer = await Issuer.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["Security__Mode"] = "Keys",
            ["Security__Jwt__Authority"] = issuer.Address.ToString(),
            ["Security__Jwt__Audience"] = Issuer.Audience,
            ["Log__Level"] = "Warning",
        };
        await using var api = await ApiProcess.StartAsync(settings);
        await using var edge = await HaproxyServer.StartAsync([api.Address], limits: new Dictionary<string, string?>()); // the limits that it is shipped with
        await using var nginx = await NginxServer.StartAsync(edge.NginxAddress);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", await ApiProcess.CreateKeyAsync(settings, "organizer"));
        var id = await api.Client.SetupAsync(1_000_000, "batched");

        var buyers = new List<Buyer>();
        for (var i = 0; i < Honest; i++)
        {
            buyers.Add(new(new Uri(nginx.Address, "/api/"), $"127.1.{i / 200}.{1 + (i % 200)}", 1 + i, await TokenAsync(issuer, 1 + i)));
        }

        var abuser = new Abuser(nginx.Address, "127.2.0.1", Order(await TokenAsync(issuer, AbuserId), id));
        await BuyAsync(_phase); // what was never run before is slow

        // Each round is compared with itself, and the median counts: the machine may pause in one.
        List<(double Ratio, string Figures)> rounds = [];
        long sent = 0, passed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var calm = Percentile95(await BuyAsync(_phase));
            using var stop = new CancellationTokenSource();
            var attack = abuser.SendAsync(PerSecond, stop.Token);
            var beside = Percentile95(await BuyAsync(_phase));
            await stop.CancelAsync();
            var (total, let) = await attack;
            sent += total;
            passed += let;
            var ratio = beside / (calm > _notNoticed ? calm : _notNoticed);
            rounds.Add((ratio, $"{calm.TotalMilliseconds:F1} ms alone and {beside.TotalMilliseconds:F1} ms beside the abuser ({beside / calm:F2})"));
        }

        rounds.Sort();
        output.WriteLine($"p95 of {Honest} buyers: {string.Join(", ", rounds.Select(round => round.Figures))}; the abuser sent {sent:N0} and {passed:N0} passed");
        sent.Should().BeGreaterThan((long)(0.8 * PerSecond * Rounds * _phase.TotalSeconds), "else nothing was proved");
        passed.Should().BeLessThan((200 + (50 * (long)(_phase.TotalSeconds + 4))) * Rounds);
        rounds[Rounds / 2].Ratio.Should().BeLessThan(2);

        var sold = (await api.Client.GetAnswerAsync($"/status?event_id={id}")).Json.GetProperty("tickets_sold").GetInt64();
        sold.Should().BeGreaterThanOrEqualTo(buyers.Sum(buyer => buyer.Booked), "every honest order was booked").And.BeLessThanOrEqualTo(buyers.Sum(buyer => buyer.Booked) + passed);
        buyers.ForEach(buyer => buyer.Dispose());

        async Task<List<TimeSpan>> BuyAsync(TimeSpan duration) =>
            [.. (await Task.WhenAll(buyers.Select((buyer, index) => buyer.BuyAsync(id, index * _thinking / Honest, duration)))).SelectMany(times => times)];
    }

    private static TimeSpan Percentile95(List<TimeSpan> durations)
    {
        durations.Sort();
        return durations[(int)(0.95 * durations.Count)];
    }

    private static Task<string> TokenAsync(Issuer issuer, int userId) => issuer.SignAsync(
        new { alg = "RS256" },
        new { sub = $"{userId}", iss = issuer.Address.ToString().TrimEnd('/'), aud = Issuer.Audience, exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600 });

    private static byte[] Order(string token, int eventId)
    {
        var body = $$"""{"user_id":{{AbuserId}},"event_id":{{eventId}}}""";
        return Encoding.ASCII.GetBytes(
            $"POST /api/book HTTP/1.1\r\nHost: tickets\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    /// <summary>Somebody with an address, a token and a browser of his own.</summary>
    private sealed class Buyer(Uri api, string address, int userId, string token) : IDisposable
    {
        private readonly HttpClient _client = new(new LocalAddress(address).Handler()) { BaseAddress = api, DefaultRequestHeaders = { Authorization = new("Bearer", token) } };

        public long Booked { get; private set; }

        /// <summary>Orders, and thinks, until the time is over.</summary>
        /// <returns>How long each order took.</returns>
        public async Task<List<TimeSpan>> BuyAsync(int eventId, TimeSpan start, TimeSpan duration)
        {
            var durations = new List<TimeSpan>();
            var clock = Stopwatch.StartNew();
            await Task.Delay(start);
            while (true)
            {
                var begun = clock.Elapsed;
                var answer = await _client.SendAsync(HttpMethod.Post, "book", new { user_id = userId, event_id = eventId }, key: $"{userId}-{Booked}");
                durations.Add(clock.Elapsed - begun);
                answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
                Booked++;
                if (clock.Elapsed + _thinking > duration)
                {
                    return durations;
                }

                await Task.Delay(_thinking);
            }
        }

        public void Dispose() => _client.Dispose();
    }

    /// <summary>Sends one request over and over on a few connections, and does not wait for the answers. It costs little itself, so that what is measured is the server.</summary>
    private sealed class Abuser(Uri server, string address, byte[] request)
    {
        private const int Connections = 8;

        private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

        public async Task<(long Sent, long Passed)> SendAsync(int perSecond, CancellationToken stop)
        {
            // One connection after the other: requests that come over a network do not come forty at once.
            var results = await Task.WhenAll(Enumerable.Range(0, Connections).Select(i => SendOnOneAsync(perSecond / Connections, i * _pause / Connections, stop)));
            return (results.Sum(result => result.Sent), results.Sum(result => result.Passed));
        }

        private async Task<(long Sent, long Passed)> SendOnOneAsync(int perSecond, TimeSpan start, CancellationToken stop)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(server.Host, server.Port, CancellationToken.None);
            var all = new TaskCompletionSource<long>();
            var answers = CountAsync(socket, all.Task);
            await Task.Delay(start, CancellationToken.None);
            var clock = Stopwatch.StartNew();
            var many = Enumerable.Repeat(request, 100).SelectMany(one => one).ToArray(); // several in one call
            long sent = 0;
            while (!stop.IsCancellationRequested)
            {
                var due = Math.Min(100, (int)((clock.Elapsed.TotalSeconds * perSecond) - sent));
                await socket.SendAsync(many.AsMemory(0, due * request.Length), CancellationToken.None);
                sent += due;
                await Task.Delay(_pause, CancellationToken.None);
            }

            all.SetResult(++sent); // known before the last answer comes, so that nobody waits for another
            await socket.SendAsync(request);
            return (sent, await answers);
        }

        /// <summary>Counts the answers that are not refusals by the front door, until there is one for every request.</summary>
        private static async Task<long> CountAsync(Socket socket, Task<long> all)
        {
            var buffer = new byte[1 << 20];
            var kept = 0; // the end of what was read, where a word may have been cut in two
            long answers = 0;
            long refused = 0;
            while (!(all.IsCompleted && answers == await all))
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(kept), CancellationToken.None);
                if (count == 0)
                {
                    break;
                }

                var text = buffer.AsSpan(0, kept + count);
                var complete = text.LastIndexOf((byte)'\n') + 1;
                answers += text[..complete].Count("HTTP/1.1 "u8);
                refused += text[..complete].Count("\"address\";q="u8);
                text[complete..].CopyTo(buffer);
                kept = text.Length - complete;
            }

            return answers - refused;
        }
    }
}
