using System.Net.Http.Json;
using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Live;

/// <summary>Calls of buyers and organisers.</summary>
internal static class Client
{
    /// <summary>Sets up an event and returns its id.</summary>
    public static async Task<int> SetupAsync(this ApiProcess api, int tickets, string strategy)
    {
        using var response = await api.Client.PostAsJsonAsync(
            new Uri("/setup", UriKind.Relative), new { event_name = strategy, total_tickets = tickets, strategy });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("event_id").GetInt32();
    }

    public static async Task<bool> BookAsync(this ApiProcess api, int eventId, int userId)
    {
        using var response = await api.Client.PostAsJsonAsync(new Uri("/book", UriKind.Relative), new { user_id = userId, event_id = eventId });
        return response.IsSuccessStatusCode;
    }

    /// <summary>Holds a ticket, and asks again while the answer is "busy": a queue in Redis needs a moment after the start.</summary>
    public static async Task<long> HoldAsync(this ApiProcess api, int eventId, int userId, int seconds)
    {
        var answer = await Eventually.GetAsync(
            async () =>
            {
                using var response = await api.Client.PostAsJsonAsync(new Uri("/holds", UriKind.Relative), new { user_id = userId, event_id = eventId, hold_seconds = seconds });
                return await response.Content.ReadFromJsonAsync<JsonElement>();
            },
            answer => answer.TryGetProperty("hold_id", out _),
            TimeSpan.FromSeconds(30),
            answer => answer.ToString());
        return answer.GetProperty("hold_id").GetInt64();
    }

    public static async Task<JsonElement> StatusAsync(this ApiProcess api, int eventId) =>
        await api.Client.GetFromJsonAsync<JsonElement>(new Uri($"/status?event_id={eventId}", UriKind.Relative));

    /// <summary>Reads, whatever the status of the answer.</summary>
    public static async Task ReadAsync(this ApiProcess api, string path)
    {
        using var response = await api.Client.GetAsync(new Uri(path, UriKind.Relative));
    }
}
