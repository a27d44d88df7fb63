using System.Net;
using System.Text;
using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>Nginx and the edge, as they are shipped, in front of one API.</summary>
[Trait("Run", "Full")]
public sealed class FrontDoorTests(SingleApi api) : IClassFixture<SingleApi>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private FrontDoor _door = null!;

    private HttpClient Client => _door.Client;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_folder.File("pages/lib"));
        await File.WriteAllTextAsync(_folder.File("pages/index.html"), $"<!doctype html><title>Ticketing</title><p>{new string('x', 2000)}</p>");
        await File.WriteAllTextAsync(_folder.File("pages/lib/library.css"), "p { color: red }");
        File.Copy(Repository.File("deploy", "nginx", "ui-config.json"), _folder.File("pages/ui-config.json"));
        _door = await FrontDoor.StartAsync([api.Address], new() { Pages = _folder.File("pages") });
    }

    public async Task DisposeAsync()
    {
        await _door.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nginx_accepts_the_shipped_configuration_without_warnings()
    {
        var said = await NginxServer.CheckAsync();

        said.Should().Contain("test is successful").And.NotContain("[warn]").And.NotContain("[emerg]");
    }

    [Fact]
    public async Task HAProxy_accepts_the_shipped_configuration_without_warnings() =>
        (await HaproxyServer.CheckAsync()).Should().Contain("Configuration file is valid").And.NotContain("WARNING").And.NotContain("ALERT");

    [Fact]
    public async Task The_page_is_compressed_revalidated_and_has_security_headers()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var answer = await Client.SendAsync(request);

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
        (await Client.AskAsync("/lib/library.css")).Headers["Cache-Control"].Should().Contain("max-age=86400");
        (await Client.AskAsync("/../appsettings.json")).Status.Should().Be(HttpStatusCode.NotFound);
        (await Client.AskAsync("/lib/missing.css")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_page_learns_that_the_API_is_under_api()
    {
        var config = (await Client.AskAsync("/ui-config.json")).Json;

        config.GetProperty("api_base").GetString().Should().Be("/api");
        (await Client.AskAsync(config.GetProperty("api_base").GetString() + "/health")).Json.GetProperty("status").GetString().Should().Be("healthy");
    }

    [Fact]
    public async Task An_order_passes_with_its_key_and_its_answer()
    {
        var id = await Client.SetupAsync(1);

        (await Client.BookAsync(id, key: "front-door")).Name.Should().Be("200");
        (await Client.BookAsync(id, key: "front-door")).Headers.Should().ContainKey("Idempotent-Replayed");
        (await Client.BookAsync(id)).Name.Should().Be("400 sold_out");
        (await Client.AskAsync("/api/book")).Name.Should().Be("405 method_not_allowed");
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
        var reply = await Client.SendAsync(HttpMethod.Post, "/api/setup", new { event_name = new string('x', 70_000) });

        reply.Name.Should().Be("413 payload_too_large");
    }

    [Fact]
    public async Task Reads_are_shed_one_after_the_other_and_orders_never()
    {
        string[] reads = ["/api/history", "/api/stats", "/api/events", "/api/status"];
        var id = await Client.SetupAsync(100);
        await using var door = await FrontDoor.StartAsync([api.Address]);
        await door.SeesAsync(true);

        for (var level = 0; level <= reads.Length; level++)
        {
            (await door.Edge.CommandAsync($"set map switches.map shed {level}")).Should().BeNullOrWhiteSpace();
            foreach (var (path, shedAt) in reads.Select((path, index) => (path, index + 1)))
            {
                foreach (var spelling in (string[])[path, path.ToUpperInvariant().Replace("/API", "/api", StringComparison.Ordinal) + "/"])
                {
                    (await door.Client.AskAsync(spelling)).Name.Should().Be(level < shedAt ? "200" : "503 shed", "{0} at level {1}", spelling, level);
                }
            }

            (await door.Client.BookAsync(id)).Name.Should().Be("200");
            (await door.Client.AskAsync("/api/health")).Name.Should().Be("200");
            (await door.Client.SetupAsync(1)).Should().BePositive();
        }

        (await door.Client.AskAsync("/api/status")).Headers["Retry-After"].Should().Be("10");
        await door.Edge.CommandAsync("set map switches.map shed 0");
        (await door.Client.AskAsync("/api/status")).Name.Should().Be("200");
    }

    [Fact]
    public async Task Without_any_backend_the_answer_is_still_a_problem_document_and_the_page_is_still_there()
    {
        await using var lonely = await FrontDoor.StartAsync(
            [new Uri($"http://127.0.0.1:{Ports.Free()}"), new Uri($"http://127.0.0.1:{Ports.Free()}")], new() { Pages = _folder.File("pages") });

        await ExpectNobodyAsync(lonely.Client);
        (await lonely.Client.AskAsync("/")).Status.Should().Be(HttpStatusCode.OK);
        (await lonely.Client.AskAsync("/healthz")).Text.Should().Be("ok\n");
    }

    [Fact]
    public async Task Without_the_edge_the_answer_is_a_problem_document_too()
    {
        await using var lonely = await NginxServer.StartAsync(new Uri($"http://127.0.0.1:{Ports.Free()}"));
        using var client = Http.Client(lonely.Address);

        await ExpectNobodyAsync(client);
    }

    [Fact]
    public async Task All_orders_of_an_event_go_to_one_replica_however_they_are_written()
    {
        await using var other = await api.StartAnotherAsync(drainSeconds: 0);
        await using var door = await FrontDoor.StartAsync([api.Address, other.Address]);
        await door.SeesAsync(true, true);
        var id = await door.Client.SetupAsync(100);
        var before = await OrdersAtAsync(other);

        string[] paths = ["/api/book", "/api/Book", "/api/book/", "/api//book"];
        string[] orders = [$$"""{"user_id":1,"event_id":{{id}}}""", $$"""{ "event_id" : {{id}}, "quantity": 2, "user_id": 7 }""", $$"""{"quantity":1,"event_id":{{id}} ,"user_id":2}"""];
        foreach (var (path, order) in from path in paths from order in orders select (path, order))
        {
            using var body = new StringContent(order, Encoding.UTF8, "application/json");
            using var answer = await door.Client.PostAsync(new Uri(path, UriKind.Relative), body);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, "{0} {1}", path, order);
        }

        (await OrdersAtAsync(other) - before).Should().BeOneOf([0, paths.Length * orders.Length], "one of the two gets them all");
    }

    [Fact]
    public async Task Different_events_are_shared_out_among_the_replicas()
    {
        await using var other = await api.StartAnotherAsync(drainSeconds: 0);
        await using var door = await FrontDoor.StartAsync([api.Address, other.Address]);
        await door.SeesAsync(true, true);
        const int events = 20;

        for (var i = 0; i < events; i++)
        {
            (await door.Client.BookAsync(await door.Client.SetupAsync(1))).Name.Should().Be("200");
        }

        (await OrdersAtAsync(other)).Should().BeInRange(1, events - 1);
    }

    [Fact]
    public async Task The_edge_exports_what_it_has_done()
    {
        await Client.AskAsync("/api/health");
        using var client = Http.Client(_door.Edge.MetricsAddress);

        var scrape = await Scrape.OfAsync(client);

        scrape.Find("haproxy_frontend_http_responses_total", ("proxy", "edge"), ("code", "2xx")).Should().BeGreaterThan(0);
        scrape.Find("haproxy_backend_active_servers", ("proxy", "replicas")).Should().Be(1);
    }

    [Fact]
    public async Task The_log_is_one_JSON_object_for_each_request_without_the_query()
    {
        await Client.AskAsync("/api/history?user_id=4711");
        await Client.AskAsync("/healthz");
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // it is written once a second

        var lines = _door.Nginx.AccessLog.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Should().Contain(line =>
            line.GetProperty("path").GetString() == "/api/history"
            && line.GetProperty("status").GetInt32() == 200
            && line.GetProperty("upstream").GetString() == _door.Edge.NginxAddress.Authority);
        _door.Nginx.AccessLog.Should().NotContain("4711").And.NotContain("/healthz\"");
    }

    [Fact]
    public async Task A_clients_trace_is_the_traceId_of_the_API_and_is_in_the_log()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        var refused = await Client.AskAsync("/api/status?event_id=2147483647", ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));

        refused.Name.Should().Be("404 event_not_found");
        TraceOf(refused).Should().Be(trace);
        (await LoggedAsync(trace)).GetProperty("path").GetString().Should().Be("/api/status");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7")]
    public async Task Without_a_trace_of_the_client_each_request_begins_one_that_leads_to_its_log_line(string? traceparent)
    {
        var refused = await Client.AskAsync("/api/status?event_id=2147483647", traceparent is null ? null : ("traceparent", traceparent));

        refused.Name.Should().Be("404 event_not_found");
        var line = await LoggedAsync(TraceOf(refused));
        line.GetProperty("request_id").GetString().Should().Be(TraceOf(refused));
        line.GetProperty("trace_id").GetString().Should().Be(TraceOf(refused));
    }

    [Fact]
    public async Task A_request_that_goes_straight_to_the_edge_has_a_trace_too()
    {
        using var direct = Http.Client(_door.Edge.Address);

        TraceOf(await direct.AskAsync("/status?event_id=2147483647")).Should().MatchRegex("^[0-9a-f]{32}$");
    }

    [Theory]
    [InlineData("/api/metrics", 404)]
    [InlineData("/api/status", 503)]
    public async Task What_Nginx_and_the_edge_answer_themselves_leads_to_their_log_lines(string path, int status)
    {
        await using var lonely = await FrontDoor.StartAsync([new Uri($"http://127.0.0.1:{Ports.Free()}")]);

        var reply = await lonely.Client.AskAsync(path);

        ((int)reply.Status).Should().Be(status);
        var id = reply.Json.GetProperty("traceId").GetString()!;
        (await LoggedAsync(id, lonely)).GetProperty("status").GetInt32().Should().Be(status);
        if (status == 503)
        {
            lonely.Edge.Process.Output.Should().Contain($"\"request_id\":\"{id}\"");
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/lib/library.css")]
    [InlineData("/api/health")]
    [InlineData("/api/status?event_id=2147483647")]
    [InlineData("/api/metrics")]
    public async Task Behind_TLS_browsers_are_told_to_stay_with_it(string path)
    {
        const string header = "Strict-Transport-Security";
        await using var door = await FrontDoor.StartAsync([api.Address], new() { Pages = _folder.File("pages"), TrustedProxies = ["127.0.0.1", "10.0.0.0/8"] });

        (await door.Client.AskAsync(path, ("X-Forwarded-Proto", "https"))).Headers[header].Should().Be("max-age=31536000");
        (await door.Client.AskAsync(path, ("X-Forwarded-Proto", "http"))).Headers.Should().NotContainKey(header);
        (await door.Client.AskAsync(path)).Headers.Should().NotContainKey(header);
        (await Client.AskAsync(path, ("X-Forwarded-Proto", "https"))).Headers.Should().NotContainKey(header, "a client that nobody vouches for has no say");
    }

    [Fact]
    public async Task Without_the_edge_browsers_are_told_to_stay_with_TLS_too()
    {
        await using var lonely = await NginxServer.StartAsync(new Uri($"http://127.0.0.1:{Ports.Free()}"), new() { TrustedProxies = ["127.0.0.1"] });
        using var client = Http.Client(lonely.Address);

        var reply = await client.AskAsync("/api/status", ("X-Forwarded-Proto", "https"));

        reply.Name.Should().Be("503 server_unavailable");
        reply.Headers["Strict-Transport-Security"].Should().Be("max-age=31536000");
    }

    /// <summary>The trace in a problem document's <c>traceId</c>.</summary>
    private static string TraceOf(Reply reply) => reply.Json.GetProperty("traceId").GetString()!.Split('-') is [_, var trace, ..]
        ? trace
        : throw new FormatException(reply.Text);

    /// <summary>The one line of Nginx's log that has this id.</summary>
    private async Task<JsonElement> LoggedAsync(string id, FrontDoor? door = null)
    {
        var lines = await Eventually.GetAsync(
            () => Task.FromResult((door ?? _door).Nginx.AccessLog.Split('\n').Where(line => line.Contains(id, StringComparison.Ordinal)).ToList()),
            found => found.Count > 0,
            TimeSpan.FromSeconds(5));
        return JsonDocument.Parse(lines.Should().ContainSingle().Subject).RootElement;
    }

    private static async Task ExpectNobodyAsync(HttpClient client)
    {
        foreach (var ask in new Func<Task<Reply>>[] { () => client.AskAsync("/api/status"), () => client.BookAsync(1), () => client.BookAsync(1, key: "key") })
        {
            var reply = await ask();
            reply.Name.Should().Be("503 server_unavailable");
            reply.Headers["Retry-After"].Should().Be("1");
            reply.Json.GetProperty("status").GetInt32().Should().Be(503);
            reply.Json.GetProperty("traceId").GetString().Should().NotBeNullOrEmpty();
        }
    }

    private static Task<double> OrdersAtAsync(ApiProcess replica) => Scrape.SumAsync([replica], "http_requests_total", ("handler", "/book"));

    private async Task<string> SendRawAsync(string path)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(_door.Nginx.Address.Host, _door.Nginx.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync();
    }
}
