using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>
/// The limits that the image ships with: a crowd behind one address, which is what a load balancer or a Docker bridge makes of many people,
/// gets through, and a single client that runs wild does not.
/// </summary>
[Trait("Run", "Alone")]
public sealed partial class ShippedLimitsTests(SingleApi api) : IClassFixture<SingleApi>, IAsyncLifetime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private FrontDoor _frontDoor = null!;

    public async Task InitializeAsync()
    {
        var image = await File.ReadAllTextAsync(Repository.File("deploy", "Dockerfile"));
        _frontDoor = await FrontDoor.StartAsync([api.Address], new()
        {
            RequestsPerAddress = Rate().Match(image).Groups["value"].Value,
            Burst = int.Parse(Burst().Match(image).Groups["value"].Value, CultureInfo.InvariantCulture),
        });
    }

    public async Task DisposeAsync() => await _frontDoor.DisposeAsync();

    /// <summary>The 300 buyers of the load scenario "high", without a pause between their requests.</summary>
    [Fact]
    public async Task A_crowd_behind_one_address_is_served()
    {
        const int buyers = 300;
        const int requests = 10;
        var id = await _frontDoor.Client.SetupAsync(buyers * requests);

        var replies = await Task.WhenAll(Enumerable.Range(1, buyers).Select(async buyer =>
        {
            var names = new List<string>();
            for (var i = 0; i < requests; i++)
            {
                names.Add((await _frontDoor.Client.BookAsync(id, buyer)).Name);
            }

            return names;
        }));

        replies.SelectMany(names => names).Should().HaveCount(buyers * requests).And.OnlyContain(name => name == "200");
    }

    [Fact]
    public async Task An_address_that_runs_wild_is_told_to_slow_down_and_served_again_afterwards()
    {
        (await _frontDoor.Client.AskAsync("/api/health")).Name.Should().Be("200");

        using (var stop = new CancellationTokenSource())
        {
            var flood = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => FloodAsync(stop.Token)));
            var refusal = await Eventually.GetAsync(
                () => _frontDoor.Client.AskAsync("/api/health"), reply => reply.Status == HttpStatusCode.TooManyRequests, _patience, reply => reply.Name);
            await stop.CancelAsync();
            await flood;

            refusal.Name.Should().Be("429 too_many_requests");
            refusal.Headers["Retry-After"].Should().Be("1");
        }

        await Task.Delay(TimeSpan.FromSeconds(1)); // what Retry-After has asked for
        (await _frontDoor.Client.AskAsync("/api/health")).Name.Should().Be("200");
    }

    /// <summary>Asks for a file that is not there, as fast as it can: without waiting for answers, and without reading them.</summary>
    private async Task FloodAsync(CancellationToken stop)
    {
        var requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HEAD /flood HTTP/1.1\r\nHost: localhost\r\n\r\n", 100)));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(_frontDoor.Nginx.Address.Host, _frontDoor.Nginx.Address.Port, stop);
                var stream = connection.GetStream();
                var draining = stream.CopyToAsync(Stream.Null, stop);
                while (!draining.IsCompleted)
                {
                    await stream.WriteAsync(requests, stop);
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // Nginx closes a connection after so many requests; the next one takes its place.
            }
        }
    }

    [GeneratedRegex(@"^ +REQUESTS_PER_ADDRESS=(?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Rate();

    [GeneratedRegex(@"^ +REQUESTS_BURST=(?<value>\d+)", RegexOptions.Multiline)]
    private static partial Regex Burst();
}
