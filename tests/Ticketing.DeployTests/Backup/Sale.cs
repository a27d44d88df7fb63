using System.Collections.Concurrent;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Backup;

/// <summary>Buyers who order without a pause, each order with a key, and remember what was confirmed to them and when.</summary>
internal sealed class Sale(ApiProcess api, IReadOnlyList<int> events)
{
    private readonly ConcurrentQueue<Purchase> _confirmed = new();

    public IReadOnlyCollection<Purchase> Confirmed => _confirmed;

    /// <summary>Sells until it is told to stop. Every fifth order is a hold.</summary>
    public Task RunAsync(int buyers, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, buyers).Select(buyer => Task.Run(async () =>
    {
        for (var order = 0; !stop.IsCancellationRequested; order++)
        {
            var (id, key, isHold) = (events[order % events.Count], $"{buyer}-{order}", order % 5 == 4);
            try
            {
                var reply = await OrderAsync(api, id, buyer + 1, key, isHold, stop);
                if (reply.IsConfirmed)
                {
                    _confirmed.Enqueue(new(reply.BookingId, id, buyer + 1, key, isHold, DateTime.UtcNow));
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // Its outcome is not known, so nothing was confirmed.
            }
        }
    }, CancellationToken.None)));

    public static async Task<Answer> OrderAsync(ApiProcess api, int eventId, int userId, string key, bool isHold = false, CancellationToken cancellationToken = default)
    {
        var reply = await api.Client.SendAsync(HttpMethod.Post, isHold ? "/holds" : "/book", new { user_id = userId, event_id = eventId }, key, cancellationToken: cancellationToken);
        return (int)reply.Status is 200 or 201
            ? new(true, reply.Json.GetProperty(isHold ? "hold_id" : "booking_id").GetInt64(), reply.Headers.ContainsKey("Idempotent-Replayed"), reply.Name)
            : new(false, 0, false, reply.Name);
    }

    public static async Task<int> SetupAsync(ApiProcess api, int tickets, string strategy)
    {
        var reply = await api.Client.SendAsync(HttpMethod.Post, "/setup", new { total_tickets = tickets, strategy });
        return reply.Json.GetProperty("event_id").GetInt32();
    }
}

/// <summary>What an order was answered.</summary>
internal sealed record Answer(bool IsConfirmed, long BookingId, bool IsReplay, string Name);

/// <summary>A booking or a hold that was confirmed to its buyer.</summary>
/// <param name="Id">The booking's id.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">The buyer.</param>
/// <param name="Key">The order's key.</param>
/// <param name="IsHold">Whether it is a hold.</param>
/// <param name="At">When the buyer had the answer, UTC.</param>
internal sealed record Purchase(long Id, int EventId, int UserId, string Key, bool IsHold, DateTime At);
