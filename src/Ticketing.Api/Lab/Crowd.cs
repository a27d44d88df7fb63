using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Ticketing.Application.Races;

namespace Ticketing.Api.Lab;

/// <summary>The buyers of a race: clients of this server, who order as all others do, over HTTP.</summary>
internal sealed class Crowd : IDisposable
{
    /// <summary>They are nobody's user id, so that their bookings show up in nobody's list.</summary>
    private const int FirstBuyer = 2_000_000_001;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client;
    private readonly RaceSettings _settings;
    private readonly TimeProvider _clock;

    /// <param name="address">The server.</param>
    /// <param name="authorization">The credentials of the caller who started the race; null where nobody is asked.</param>
    /// <param name="settings">The race.</param>
    /// <param name="clock">Measures.</param>
    public Crowd(Uri address, string? authorization, RaceSettings settings, TimeProvider clock)
    {
        _clock = clock;
        _settings = settings;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = address, Timeout = _patience };
        if (authorization is not null)
        {
            _client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }
    }

    /// <summary>Sends the buyers of all lanes, in turn.</summary>
    /// <param name="lanes">Lanes whose events are set up.</param>
    /// <param name="stop">Sends no more; those who have asked are waited for.</param>
    public async Task BuyAsync(IReadOnlyList<RaceLane> lanes, CancellationToken stop)
    {
        // As many buyers wait for the start as will order at the same time, each with a connection that is open: else the race would be one of handshakes.
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var next = -1;
        var atOnce = Math.Min(_settings.AtOnce!.Value * lanes.Count, RaceSettings.MaxBuyers);
        var buyers = Enumerable.Range(0, atOnce).Select(_ => QueueAsync()).ToList();
        await OpenConnectionsAsync(atOnce, stop);
        foreach (var lane in lanes)
        {
            lane.Begin();
        }

        start.SetResult();
        await Task.WhenAll(buyers);

        async Task QueueAsync()
        {
            await start.Task;
            while (!stop.IsCancellationRequested && Interlocked.Increment(ref next) is var turn && turn < _settings.Buyers * lanes.Count)
            {
                await OrderAsync(lanes[turn % lanes.Count], FirstBuyer + (turn / lanes.Count));
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task OpenConnectionsAsync(int count, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            try
            {
                using var answer = await _client.GetAsync(new Uri("/health/live", UriKind.Relative), stop);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // Then the order will open it, or fail for the same reason.
            }
        }));
    }

    private async Task OrderAsync(RaceLane lane, int userId)
    {
        using var order = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"user_id":{{userId}},"event_id":{{lane.EventId}},"quantity":{{_settings.Quantity}}}""")));
        order.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        lane.Ask();
        var asked = _clock.GetTimestamp();
        try
        {
            using var answer = await _client.PostAsync(new Uri("/book", UriKind.Relative), order, CancellationToken.None);
            lane.Answer(asked, answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(CancellationToken.None));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            lane.Answer(asked, null, default);
        }
    }
}
