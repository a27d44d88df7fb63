using System.Net;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>Many buyers at once, each with a connection of its own.</summary>
internal sealed class Buyers : IDisposable
{
    private readonly HttpClient[] _clients;
    private int _busy;

    public Buyers(int connections, params Uri[] addresses) => _clients =
    [
        .. addresses.Select(address => new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(5),
        }),
    ];

    /// <summary>How often the answer was "busy".</summary>
    public int Busy => _busy;

    /// <summary>
    /// Asks until the answer is more than "busy", which says nothing about whether there is a ticket. Any server error but that fails the test.
    /// </summary>
    public async Task<Answer> BuyAsync(int eventId, int userId, int quantity = 1, string? key = null)
    {
        while (true)
        {
            var answer = await _clients[userId % _clients.Length].BookAsync(eventId, userId, quantity, key);
            if (answer.Code != "busy")
            {
                ((int)answer.Status).Should().BeLessThan(500, answer.Text);
                return answer;
            }

            answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
            answer.Headers.Should().ContainKey("Retry-After");
            Interlocked.Increment(ref _busy);
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }
}
