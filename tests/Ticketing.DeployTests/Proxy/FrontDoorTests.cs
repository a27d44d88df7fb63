using System.Net;
using System.Text;
using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>The project's own Nginx configuration in front of one API.</summary>
[Trait("Run", "Full")]
public sealed class FrontDoorTests(SingleApi api) : IClassFixture<SingleApi>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private NginxServer _nginx = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_folder.File("pages/lib"));
        await File.WriteAllTextAsync(_folder.File("pages/index.html"), $"<!doctype html><title>Ticketing</title><p>{new string('x', 2000)}</p>");
        await File.WriteAllTextAsync(_folder.File("pages/lib/library.css"), "p { color: red }");
        File.Copy(Repository.File("deploy", "nginx", "ui-config.json"), _folder.File("pages/ui-config.json"));
        _nginx = await NginxServer.StartAsync([api.Address], new() { Pages = _folder.File("pages") });
        _client = Http.Client(_nginx.Address);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _nginx.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nginx_has_nothing_to_say_against_the_shipped_configuration()
    {
        var said = await NginxServer.CheckAsync();

        said.Should().Contain("test is successful").And.NotContain("[warn]").And.NotContain("[emerg]");
    }

    [Fact]
    public async Task The_page_comes_compressed_guarded_and_asked_for_each_time()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var answer = await _client.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentEncoding.Should().Equal("gzip");
        answer.Headers.CacheControl!.NoCache.Should().BeTrue();
        answer.Headers.GetValues("Content-Security-Policy").Single().Should()
            .Be("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").Single().Should().Be("nosniff");
        answer.Headers.Server.ToString().Should().Be("nginx", "the version is nobody's business");
    }

    [Fact]
    public async Task Libraries_are_kept_for_a_day_and_missing_files_are_missing()
    {
        (await _client.AskAsync("/lib/library.css")).Headers["Cache-Control"].Should().Contain("max-age=86400");
        (await _client.AskAsync("/../appsettings.json")).Status.Should().Be(HttpStatusCode.NotFound);
        (await _client.AskAsync("/lib/missing.css")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_page_learns_that_the_API_is_under_api()
    {
        var config = (await _client.AskAsync("/ui-config.json")).Json;

        config.GetProperty("api_base").GetString().Should().Be("/api");
        (await _client.AskAsync(config.GetProperty("api_base").GetString() + "/health")).Json.GetProperty("status").GetString().Should().Be("healthy");
    }

    [Fact]
    public async Task An_order_passes_with_its_key_and_its_answer()
    {
        var id = await _client.SetupAsync(1);

        (await _client.BookAsync(id, key: "front-door")).Name.Should().Be("200");
        (await _client.BookAsync(id, key: "front-door")).Headers.Should().ContainKey("Idempotent-Replayed");
        (await _client.BookAsync(id)).Name.Should().Be("400 sold_out");
        (await _client.AskAsync("/api/book")).Name.Should().Be("405 method_not_allowed");
        (await _client.AskAsync("/order/once")).Status.Should().Be(HttpStatusCode.NotFound, "that way is for Nginx alone");
    }

    [Theory]
    [InlineData("/api/metrics")]
    [InlineData("/api/Metrics")]
    [InlineData("/api//metrics")]
    [InlineData("/api/%6detrics")]
    [InlineData("/api/events/../metrics")]
    [InlineData("/api/metrics/")]
    public async Task The_metrics_are_not_for_the_public(string path)
    {
        // As it stands, without what a client library would tidy up.
        (await SendRawAsync(path)).Should().StartWith("HTTP/1.1 404").And.Contain("\"code\":\"not_found\"");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_in_a_problem_document()
    {
        var reply = await _client.SendAsync(HttpMethod.Post, "/api/setup", new { event_name = new string('x', 70_000) });

        reply.Name.Should().Be("413 payload_too_large");
    }

    [Fact]
    public async Task An_address_that_asks_for_too_much_is_told_to_slow_down()
    {
        await using var strict = await NginxServer.StartAsync([api.Address], new() { RequestsPerAddress = "1r/s", Burst = 3 });
        using var client = Http.Client(strict.Address);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.AskAsync("/api/health")));

        replies.Should().Contain(reply => reply.Name == "200");
        replies.First(reply => reply.Status == HttpStatusCode.TooManyRequests).Should().Match<Reply>(
            reply => reply.Name == "429 too_many_requests" && reply.Headers["Retry-After"] == "1");
    }

    [Fact]
    public async Task Without_any_backend_the_answer_is_still_a_problem_document_and_the_page_is_still_there()
    {
        await using var lonely = await NginxServer.StartAsync(
            [new Uri($"http://127.0.0.1:{Ports.Free()}"), new Uri($"http://127.0.0.1:{Ports.Free()}")], new() { Pages = _folder.File("pages") });
        using var client = Http.Client(lonely.Address);

        for (var i = 0; i < 3; i++)
        {
            var reply = await client.AskAsync("/api/status");
            reply.Name.Should().Be("503 server_unavailable");
            reply.Headers["Retry-After"].Should().Be("1");
        }

        (await client.AskAsync("/")).Status.Should().Be(HttpStatusCode.OK);
        (await client.AskAsync("/healthz")).Text.Should().Be("ok\n");
    }

    [Fact]
    public async Task The_log_is_one_JSON_object_for_each_request_without_the_query()
    {
        await _client.AskAsync("/api/history?user_id=4711");
        await _client.AskAsync("/healthz");
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // it is written once a second

        var lines = _nginx.AccessLog.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Should().Contain(line =>
            line.GetProperty("path").GetString() == "/api/history"
            && line.GetProperty("status").GetInt32() == 200
            && line.GetProperty("upstream").GetString() == $"{api.Address.Host}:{api.Address.Port}");
        _nginx.AccessLog.Should().NotContain("4711").And.NotContain("/healthz\"");
    }

    private async Task<string> SendRawAsync(string path)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(_nginx.Address.Host, _nginx.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync();
    }
}
