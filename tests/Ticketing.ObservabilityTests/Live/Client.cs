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

    public static async Task<JsonElement> StatusAsync(this ApiProcess api, int eventId) =>
        await api.Client.GetFromJsonAsync<JsonElement>(new Uri($"/status?event_id={eventId}", UriKind.Relative));

    /// <summary>Reads, whatever the status of the answer.</summary>
    public static async Task ReadAsync(this ApiProcess api, string path)
    {
        using var response = await api.Client.GetAsync(new Uri(path, UriKind.Relative));
    }
}
