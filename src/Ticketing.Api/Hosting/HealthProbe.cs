namespace Ticketing.Api.Hosting;

/// <summary>
/// Checks the health of the server in the same container, because the image has no shell and no curl.
/// </summary>
internal static class HealthProbe
{
    /// <summary>Where a container listens; <c>--url=…</c> sets another address.</summary>
    private const string DefaultUrl = "http://127.0.0.1:8000/health";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    /// <summary>The exit code: 0 if the status is 2xx, otherwise 1 and a line with the reason.</summary>
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
