using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ticketing.IntegrationTests.Hosting;

/// <summary>Speaks to the API as a client in any language would: by HTTP and JSON, without our classes.</summary>
public static class ApiClient
{
    public static async Task<Answer> SendAsync(this HttpClient client, HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await client.AnswerToAsync(request);
    }

    public static Task<Answer> GetAnswerAsync(this HttpClient client, string path) => client.SendAsync(HttpMethod.Get, path);

    public static Task<Answer> PostAnswerAsync(this HttpClient client, string path, object body) => client.SendAsync(HttpMethod.Post, path, body);

    public static async Task<Answer> AnswerToAsync(this HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        using var response = await client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            text,
            response.Headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Sets up an event and returns its id.</summary>
    public static async Task<int> SetupAsync(this HttpClient client, int tickets, string strategy)
    {
        var answer = await client.PostAnswerAsync("/setup", new { event_name = $"{strategy} {tickets}", total_tickets = tickets, strategy });
        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("event_id").GetInt32();
    }

    public static Task<Answer> BookAsync(this HttpClient client, int eventId, int userId = 1, int quantity = 1, string? key = null) =>
        client.SendAsync(HttpMethod.Post, "/book", new { user_id = userId, event_id = eventId, quantity }, key);

    public static Task<Answer> HoldAsync(this HttpClient client, int eventId, int userId = 1, int quantity = 1, int? seconds = null, string? key = null) =>
        client.SendAsync(HttpMethod.Post, "/holds", new { user_id = userId, event_id = eventId, quantity, hold_seconds = seconds }, key);

    /// <summary>Confirms or releases a hold.</summary>
    public static Task<Answer> EndHoldAsync(this HttpClient client, long holdId, string how) => client.SendAsync(HttpMethod.Post, $"/holds/{holdId}/{how}");

    public static Task<Answer> ExtendAsync(this HttpClient client, long holdId, int seconds) =>
        client.PostAnswerAsync($"/holds/{holdId}/extend", new { hold_seconds = seconds });

    public static Task<Answer> CancelAsync(this HttpClient client, long bookingId) => client.SendAsync(HttpMethod.Post, $"/bookings/{bookingId}/cancel");

    public static async Task<JsonElement> StatusAsync(this HttpClient client, int eventId)
    {
        var answer = await client.GetAnswerAsync($"/status?event_id={eventId}");
        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }
}

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, string? MediaType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The problem's code, or null when the answer is no problem document.</summary>
    public string? Code => MediaType == "application/problem+json" ? Json.GetProperty("code").GetString() : null;

    public bool IsBooked => Status == HttpStatusCode.OK;

    public bool IsHeld => Status == HttpStatusCode.Created;

    /// <summary>The id of the hold that the answer tells of.</summary>
    public long HoldId => Json.GetProperty("hold_id").GetInt64();

    /// <summary>The status of the booking that the answer tells of.</summary>
    public string BookingStatus => Json.GetProperty("status").GetString()!;

    /// <summary>Whether the booking was made by an earlier request with the same key.</summary>
    public bool IsReplayed => Headers.ContainsKey("Idempotent-Replayed");

    /// <summary>Asserts that this is a complete problem document of that status and code, which gives nothing of our insides away.</summary>
    public void ShouldBeProblem(HttpStatusCode status, string code)
    {
        Status.Should().Be(status, Text);
        MediaType.Should().Be("application/problem+json", Text);
        Json.GetProperty("status").GetInt32().Should().Be((int)status);
        Json.GetProperty("code").GetString().Should().Be(code, Text);
        Json.GetProperty("type").GetString().Should().Be($"/problems/{code}");
        Json.GetProperty("title").GetString().Should().NotBeNullOrWhiteSpace();
        Json.GetProperty("detail").GetString().Should().NotBeNullOrWhiteSpace();
        Json.GetProperty("traceId").GetString().Should().NotBeNullOrWhiteSpace();
        ShouldNotLeak();
    }

    public void ShouldNotLeak() => Text.Should()
        .NotContain("   at ").And.NotContain("Exception").And.NotContain("System.").And.NotContain("Ticketing.").And.NotContain("MySql")
        .And.NotContain("SELECT ");
}
