using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ticketing.RaceLab.Verification;

/// <summary>Reads over HTTP, from a system whose database the lab cannot reach.</summary>
public sealed class HttpLedger(HttpClient client, TimeSpan staleness) : ILedger
{
    private const int LargestPage = 100;
    private const int SmallestPage = 50;

    private int _pageSize = LargestPage + 1;

    /// <summary><c>GET /history</c> may be five minutes old, and <c>GET /status</c> five seconds.</summary>
    public static TimeSpan DefaultStaleness { get; } = TimeSpan.FromSeconds(310);

    public TimeSpan Staleness => staleness;

    public async Task<StoredEvent> ReadEventAsync(int eventId, CancellationToken cancellationToken)
    {
        var status = await GetAsync($"status?event_id={eventId}", cancellationToken);
        return new(eventId, status.GetProperty("total_tickets").GetInt32(), status.GetProperty("available_tickets").GetInt32(), status.GetProperty("bookings").GetInt64());
    }

    public async Task<IReadOnlyList<StoredBooking>> ReadBookingsAsync(int eventId, CancellationToken cancellationToken)
    {
        // Another page size each time, so that no cached page of the previous read is served.
        _pageSize = _pageSize > SmallestPage ? _pageSize - 1 : LargestPage;
        var bookings = new Dictionary<long, StoredBooking>();
        for (var page = 1; ; page++)
        {
            var answer = await GetAsync($"history?event_id={eventId}&page={page}&page_size={_pageSize}", cancellationToken);
            foreach (var item in answer.GetProperty("items").EnumerateArray())
            {
                var booking = new StoredBooking(
                    item.GetProperty("booking_id").GetInt64(),
                    item.GetProperty("event_id").GetInt32(),
                    item.GetProperty("user_id").GetInt32(),
                    item.GetProperty("quantity").GetInt32(),
                    item.GetProperty("timestamp").GetDateTime().ToUniversalTime());
                bookings[booking.Id] = booking;
            }

            if ((long)page * _pageSize >= answer.GetProperty("total").GetInt64())
            {
                return [.. bookings.Values.OrderBy(booking => booking.Id)];
            }
        }
    }

    private async Task<JsonElement> GetAsync(FormattableString path, CancellationToken cancellationToken) =>
        await client.GetFromJsonAsync<JsonElement>(new Uri(path.ToString(CultureInfo.InvariantCulture), UriKind.Relative), cancellationToken);
}
