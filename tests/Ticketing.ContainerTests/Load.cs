using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ticketing.ContainerTests;

/// <summary>Buyers who order and look at the stock in turn, half of the orders with a key; nobody repeats anything.</summary>
internal sealed class Load
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<int> _bookingIds = new();
    private readonly ConcurrentQueue<string> _lost = new();
    private int _requests;

    public IReadOnlyCollection<int> BookingIds => _bookingIds;

    /// <summary>What came instead of 200.</summary>
    public IReadOnlyCollection<string> Lost => _lost;

    public static async Task<Load> DuringAsync(HttpClient client, int eventId, int buyers, Func<Task> work)
    {
        var load = new Load();
        using var end = new CancellationTokenSource();
        var crowd = Enumerable.Range(1, buyers).Select(buyer => Task.Run(() => load.BuyAsync(client, eventId, buyer, end.Token))).ToList();
        try
        {
            await work();
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(crowd);
        }

        return load;
    }

    public override string ToString() => $"{_requests} requests, {_bookingIds.Count} bookings, {_lost.Count} lost";

    private async Task BuyAsync(HttpClient client, int eventId, int buyer, CancellationToken end)
    {
        for (var turn = 0; !end.IsCancellationRequested; turn++)
        {
            using var order = new HttpRequestMessage(HttpMethod.Post, "/api/book") { Content = JsonContent.Create(new { user_id = buyer, event_id = eventId }) };
            if (turn % 2 == 0)
            {
                order.Headers.Add("Idempotency-Key", $"{eventId}-{buyer}-{turn}");
            }

            if (await SendAsync(client, order) is { } booking)
            {
                _bookingIds.Enqueue(booking.GetProperty("booking_id").GetInt32());
            }

            using var look = new HttpRequestMessage(HttpMethod.Get, $"/api/status?event_id={eventId}");
            await SendAsync(client, look);
            await Task.Delay(_pause, CancellationToken.None);
        }
    }

    private async Task<JsonElement?> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        Interlocked.Increment(ref _requests);
        try
        {
            using var answer = await client.SendAsync(request);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return await answer.Content.ReadFromJsonAsync<JsonElement>();
            }

            _lost.Enqueue($"{request.Method} {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            _lost.Enqueue($"{request.Method} {exception.GetBaseException().Message}");
        }

        return null;
    }
}
