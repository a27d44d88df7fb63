using System.Diagnostics;
using System.Globalization;
using System.Net;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>Many buyers at once, each with a connection of its own.</summary>
internal sealed class Buyers : IDisposable
{
    /// <summary>The server asks for whole seconds; a test that waited for them would measure little else.</summary>
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    private readonly HttpClient[] _clients;
    private int _busy;

    public Buyers(int connections, params Uri[] addresses) => _clients =
    [
        .. addresses.Select(address => new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(1),
        }),
    ];

    /// <summary>How often the answer was "busy", or another one after which to ask again.</summary>
    public int Busy => _busy;

    /// <summary>
    /// Asks until the answer is more than "busy", which says nothing about whether there is a ticket. A machine that stands still for seconds makes it "the database is unavailable",
    /// which promises the same: nothing was booked. With a key, an unknown outcome is asked for again, as its problem document says. Any other server error fails the test, and so
    /// does a server that is busy for minutes.
    /// </summary>
    /// <param name="eventId">For which event.</param>
    /// <param name="userId">Who buys.</param>
    /// <param name="quantity">How many tickets.</param>
    /// <param name="key">The idempotency key, or null.</param>
    /// <param name="server">Which of the addresses is asked; left out, the users are spread over all of them.</param>
    public Task<Answer> BuyAsync(int eventId, int userId, int quantity = 1, string? key = null, int? server = null) =>
        AskAsync(server ?? userId, client => client.BookAsync(eventId, userId, quantity, key), isKeyed: key is not null);

    /// <summary>As <see cref="BuyAsync"/>, for tickets to hold.</summary>
    public Task<Answer> HoldAsync(int eventId, int userId, int quantity = 1, int? seconds = null, string? key = null, int? server = null) =>
        AskAsync(server ?? userId, client => client.HoldAsync(eventId, userId, quantity, seconds, key));

    /// <summary>As <see cref="BuyAsync"/>, to confirm or release a hold.</summary>
    public Task<Answer> EndHoldAsync(long holdId, string how, int server = 0) => AskAsync(server, client => client.EndHoldAsync(holdId, how));

    /// <summary>As <see cref="BuyAsync"/>, to cancel a booking.</summary>
    public Task<Answer> CancelAsync(long bookingId, int server = 0) => AskAsync(server, client => client.CancelAsync(bookingId));

    private async Task<Answer> AskAsync(int server, Func<HttpClient, Task<Answer>> ask, bool isKeyed = false)
    {
        var client = _clients[server % _clients.Length];
        var clock = Stopwatch.StartNew();
        var wasUnknown = false;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await ask(client);
            if (answer.Code is not ("busy" or "database_unavailable") && !(isKeyed && answer.Code == "outcome_unknown"))
            {
                ((int)answer.Status).Should().BeLessThan(500, answer.Text);
                return wasUnknown ? answer with { Headers = new Dictionary<string, string>(answer.Headers.Where(header => header.Key != "Idempotent-Replayed")) } : answer;
            }

            wasUnknown |= answer.Code == "outcome_unknown"; // then the booking that the key has made is this buyer's first

            Interlocked.Increment(ref _busy);
            answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, answer.Code!);
            var asked = TimeSpan.FromSeconds(int.Parse(answer.Headers["Retry-After"], NumberStyles.None, CultureInfo.InvariantCulture));
            if (clock.Elapsed > _patience)
            {
                throw new TimeoutException($"A buyer was told to ask again {attempt} times in {clock.Elapsed.TotalSeconds:0} s: {answer.Text}");
            }

            await Task.Delay(PauseOf(asked));
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }

    /// <summary>No longer than the server asks for, and seldom the same twice, so that a crowd does not come back as one.</summary>
    private static TimeSpan PauseOf(TimeSpan asked) =>
        (asked < _longestPause ? asked : _longestPause) * (0.5 + (Random.Shared.NextDouble() / 2));
}
