namespace Ticketing.Api.Hosting;

/// <summary>
/// Asks the server in the same container how it is, for health checks: the image has no shell and no curl, and needs none.
/// </summary>
internal static class HealthProbe
{
    /// <summary>Where a container listens; <c>--url=…</c> names another place.</summary>
    private const string DefaultUrl = "http://127.0.0.1:8000/health";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    /// <summary>The exit code: 0 when the answer is a 2xx, else 1 and a line that says why.</summary>
    public static async Task<int> AskAsync(string[] settings)
    {
        var url = new ConfigurationBuilder().AddCommandLine(settings).Build()["url"] ?? DefaultUrl;
        using var client = new HttpClient { Timeout = _patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(url));
            return answer.IsSuccessStatusCode ? 0 : Fail($"{url} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or UriFormatException)
        {
            return Fail($"{url}: {exception.Message}");
        }
    }

    private static int Fail(string reason)
    {
        Console.Error.WriteLine($"Not healthy. {reason}");
        return 1;
    }
}
