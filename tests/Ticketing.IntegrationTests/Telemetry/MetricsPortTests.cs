using System.Globalization;
using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>The metrics on a port of their own, which is all that a Prometheus needs to reach, and where it needs no key.</summary>
[Trait("Run", "Full")]
public sealed class MetricsPortTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:{0}")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "{0}")]
    [InlineData("Kestrel__Endpoints__Http__Url", "http://127.0.0.1:{0}")]
    public async Task There_are_the_metrics_and_nothing_else_and_elsewhere_they_need_a_key(string setting, string value)
    {
        var (port, own) = (Ports.Free(), Ports.Free());
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = $"Data Source={_folder.File("ports.db")}",
            ["ASPNETCORE_URLS"] = null, // ApiProcess sets it, and it counts more than the others
            [setting] = string.Format(CultureInfo.InvariantCulture, value, port),
            ["Security__Mode"] = "Keys",
            ["Metrics__Port"] = own.ToString(CultureInfo.InvariantCulture),
            ["WarmUp__Seconds"] = "0",
        };
        await using var program = ManagedProcess.Start("dotnet", [ApiProcess.DefaultProgram], settings);
        await program.AnswersAsync(new Uri($"http://127.0.0.1:{port}/health"), "The program");
        using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var metrics = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{own}") };

        (await metrics.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Should().Contain("tickets_snapshot_age_seconds");
        foreach (var path in (string[])["/", "/status", "/health", "/docs/index.html", "/keys"])
        {
            (await metrics.GetAnswerAsync(path)).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        }

        (await metrics.PostAnswerAsync("/setup", new { })).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await api.GetAnswerAsync("/metrics")).ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        using var disguised = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = $"127.0.0.1:{own}" } };
        (await api.AnswerToAsync(disguised)).ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }
}
