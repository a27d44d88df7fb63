using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ticketing.DeployTests;

/// <summary>Speaks through the front door as any client would.</summary>
internal static class Http
{
    public static HttpClient Client(Uri address) => new(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { BaseAddress = address };

    public static async Task<Reply> SendAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        object? body = null,
        string? key = null,
        (string Name, string Value)? header = null,
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (header is { } further)
        {
            request.Headers.Add(further.Name, further.Value);
        }

        using var response = await client.SendAsync(request, cancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), headers);
    }

    public static Task<Reply> AskAsync(this HttpClient client, string path, (string Name, string Value)? header = null) =>
        client.SendAsync(HttpMethod.Get, path, header: header);

    public static Task<Reply> BookAsync(this HttpClient client, int eventId, int userId = 1, string? key = null, CancellationToken cancellationToken = default) =>
        client.SendAsync(HttpMethod.Post, "/api/book", new { user_id = userId, event_id = eventId }, key, cancellationToken: cancellationToken);

    /// <summary>Sets up an event and returns its id.</summary>
    public static async Task<int> SetupAsync(this HttpClient client, int tickets, string strategy = "batched")
    {
        var reply = await client.TrySetupAsync(tickets, strategy);
        reply.Status.Should().Be(HttpStatusCode.OK, reply.Text);
        return reply.Json.GetProperty("event_id").GetInt32();
    }

    public static Task<Reply> TrySetupAsync(this HttpClient client, int tickets, string strategy) =>
        client.SendAsync(HttpMethod.Post, "/api/setup", new { total_tickets = tickets, strategy });
}

/// <summary>What came back.</summary>
internal sealed record Reply(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The status, and the problem's code where there is one: <c>200</c>, <c>503 busy</c>.</summary>
    public string Name => Headers.GetValueOrDefault("Content-Type")?.StartsWith("application/problem+json", StringComparison.Ordinal) == true
        ? $"{(int)Status} {Json.GetProperty("code").GetString()}"
        : $"{(int)Status}";
}
