using System.Net;
using System.Text;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Http;

/// <summary>Bad input is answered with a clear 4xx, and nothing is written.</summary>
public abstract class BadInputTests(ApiFixture api) : IAsyncLifetime
{
    /// <summary>Event 1, with tickets: a bad order that got through would be written.</summary>
    public async Task InitializeAsync()
    {
        if ((await api.CountRowsAsync()).Events == 0)
        {
            (await api.Client.SetupAsync(1000, "atomic_update")).Should().Be(1);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The positive control: without what a case spoils, the same request is served.</summary>
    [Fact]
    public async Task The_requests_are_accepted_as_long_as_nothing_is_wrong_with_them()
    {
        foreach (var input in BadInput.Controls)
        {
            var answer = await api.Client.AnswerToAsync(input.ToRequest());
            ((int)answer.Status).Should().Be(input.Status, "{0}: {1}", input.Name, answer.Text);
        }
    }

    [Fact]
    public async Task Messages_name_the_field_as_the_client_wrote_it()
    {
        var answer = await api.Client.PostAnswerAsync("/book", new { user_id = 0, event_id = 0, quantity = 11 });

        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
        var errors = answer.Json.GetProperty("errors");
        errors.EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo("user_id", "event_id", "quantity");
        errors.GetProperty("quantity")[0].GetString().Should().Be("Must be a whole number from 1 to 10.");
    }

    [Fact]
    public async Task The_trace_of_a_client_is_named()
    {
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/status?event_id=0");
        request.Headers.Add("traceparent", Parent);

        (await api.Client.AnswerToAsync(request)).Json.GetProperty("traceId").GetString().Should().Be(Parent);
    }

    [Theory]
    [InlineData("/book", """{"event_id":1}""", "user_id", "Is missing.")]
    [InlineData("/book", "{}", "event_id", "Is missing.")]
    [InlineData("/book", """{"user_id":"me","event_id":1}""", "user_id", "Must be a whole number up to 2,147,483,647.")]
    [InlineData("/book", """{"user_id":2147483648,"event_id":1}""", "user_id", "Must be a whole number up to 2,147,483,647.")]
    [InlineData("/book", """{"user_id":0,"event_id":1}""", "user_id", "Must be a whole number from 1 to 2,147,483,647.")]
    [InlineData("/book", """{"user_id":1,"event_id":1,"quantiy":2}""", "quantiy", "Is unknown.")]
    [InlineData("/book", """{"user_id":1,"user_id":2,"event_id":1}""", "user_id", "Is given twice.")]
    [InlineData("/book", "{\"user_id\":1,\n\"event_id\":}", "body", "Is not valid JSON: see line 2, byte 12.")]
    [InlineData("/book", "[]", "body", "Must be a JSON object.")]
    [InlineData("/setup", """{"event_name":5}""", "event_name", "Must be a string.")]
    [InlineData("/setup", """{"event_name":null}""", "event_name", "Must not be null.")]
    [InlineData("/setup", """{"eventName":"X"}""", "eventName", "Is unknown.")]
    [InlineData("/history?before=abc", null, "before", "Must be a whole number up to 9,223,372,036,854,775,807, not 'abc'.")]
    [InlineData("/history?page=501", null, "page", "Reaches the first 10,000 bookings only. To read on, use 'before'.")]
    [InlineData("/status?event_id=abc", null, "event_id", "Must be a whole number up to 2,147,483,647, not 'abc'.")]
    [InlineData("/status?eventid=1", null, "eventid", "Is unknown: the parameters of this address are event_id.")]
    [InlineData("/stats?x=1", null, "x", "Is unknown: this address has no parameters.")]
    public async Task Each_mistake_has_its_own_message(string path, string? body, string field, string message)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");

        var answer = await api.Client.AnswerToAsync(request);

        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
        answer.Json.GetProperty("errors").GetProperty(field)[0].GetString().Should().Be(message);
    }

    [Theory]
    [InlineData("/status?event_id=1")]
    [InlineData("/events")]
    [InlineData("/history")]
    [InlineData("/health/live")]
    [InlineData("/problems")]
    [InlineData("/metrics")]
    [InlineData("/openapi.json")]
    public async Task HEAD_works_wherever_GET_does(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var response = await api.Client.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_unknown_strategy_is_answered_with_the_valid_names()
    {
        var answer = await api.Client.PostAnswerAsync("/setup", new { strategy = "optimistic" });
        answer.Json.GetProperty("errors").GetProperty("strategy")[0].GetString().Should()
            .Contain("naive").And.Contain("for_update").And.Contain("batched");
    }

    [Fact]
    public async Task The_method_that_is_allowed_is_named()
    {
        using var response = await api.Client.GetAsync(new Uri("/book", UriKind.Relative));
        response.Content.Headers.Allow.Should().Equal("POST");
    }

    [Fact]
    public async Task A_chunked_body_that_is_too_large_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/setup");
        request.Content = new StringContent($$"""{"event_name":"{{new string('x', 5_000_000)}}"}""", Encoding.UTF8, "application/json");
        request.Headers.TransferEncodingChunked = true;

        (await api.Client.AnswerToAsync(request)).ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task Valid_input_at_the_limits_is_accepted()
    {
        (await api.Client.PostAnswerAsync("/setup", new { event_name = new string('ü', 200), total_tickets = 1 })).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.BookAsync(1, int.MaxValue, 10, new string('~', 255))).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.GetAnswerAsync("/events?page=1&page_size=100")).Status.Should().Be(HttpStatusCode.OK);
    }
}

/// <summary>Every case of <see cref="BadInput"/>, on one database: what is refused here has not come as far as any.</summary>
public sealed class SqliteBadInputTests(SqliteApi api) : BadInputTests(api), IClassFixture<SqliteApi>
{
    private readonly SqliteApi _api = api;

    public static TheoryData<string> Cases => [.. BadInput.All.Select(input => input.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Bad_input_is_refused_and_writes_nothing(string name)
    {
        var input = BadInput.All.Single(input => input.Name == name);
        var before = await _api.CountRowsAsync();

        // A client that sends header values as UTF-8 bytes, as browsers and curl do.
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = _api.Address };
        var answer = await client.AnswerToAsync(input.ToRequest());

        answer.ShouldBeProblem((HttpStatusCode)input.Status, input.Code);
        (await _api.CountRowsAsync()).Should().Be(before);
    }
}

[Trait("Run", "Full")]
public sealed class MariaDbBadInputTests(MariaDbApi api) : BadInputTests(api), IClassFixture<MariaDbApi>;
