using System.Diagnostics;
using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Http;

/// <summary>The database goes away and comes back: every answer says so, none is a 500, and nothing needs a restart.</summary>
[Trait("Run", "Full")]
public sealed class DatabaseFaultTests
{
    [Fact]
    public async Task Without_its_database_the_api_answers_503_at_once_and_recovers_by_itself()
    {
        await using var server = await MariaDbProcess.StartAsync();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = server.ConnectionString });
        var id = await api.Client.SetupAsync(10, "atomic_update");
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();

        await server.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.1)); // a health answer is good for a second

        var clock = Stopwatch.StartNew();
        (await api.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "database_unavailable");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3));
        foreach (var path in (string[])["/health", "/health/ready", "/status", "/events", "/stats", "/history"])
        {
            var answer = await api.Client.GetAnswerAsync(path);
            answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "database_unavailable");
            answer.Headers["Retry-After"].Should().Be("1");
        }

        var trace = (await api.Client.BookAsync(id)).Json.GetProperty("traceId").GetString();
        await api.Process.WritesAsync($"POST /book was answered 503 database_unavailable, trace {trace}.");
        await Task.WhenAll(Enumerable.Range(1, 500).Select(user => api.Client.BookAsync(id, user)));
        Lines(api.Output).Should().BeLessThan(100, "what happens thousands of times a second is sampled");

        (await api.Client.PostAnswerAsync("/setup", new { })).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "database_unavailable");
        (await api.Client.GetAnswerAsync("/health/live")).Status.Should().Be(HttpStatusCode.OK, "the process itself is well");

        await server.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.1));

        (await api.Client.GetAnswerAsync("/health")).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();
        (await api.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt64().Should().Be(2, "the confirmed booking survived the crash");

        static int Lines(string output) => output.Split("was answered 503").Length - 1;
    }
}
