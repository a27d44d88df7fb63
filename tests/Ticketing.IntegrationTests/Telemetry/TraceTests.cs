using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>Traces, as they arrive at a collector.</summary>
[Trait("Run", "Full")]
public sealed class TraceTests
{
    [Fact]
    public async Task A_request_its_command_its_statements_and_the_batch_that_it_was_in_can_be_followed()
    {
        await using var collector = await Collector.StartAsync();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });

        var batched = await BookAsync(api.Client, await api.Client.SetupAsync(5, "batched"));
        var locked = await BookAsync(api.Client, await api.Client.SetupAsync(5, "for_update"));

        await Eventually.HoldsAsync(
            () => Task.FromResult(Has(batched, "POST book") && Has(locked, "POST book") && collector.Spans.Any(IsBatch)), TimeSpan.FromSeconds(20));

        foreach (var trace in new[] { batched, locked })
        {
            var request = Find(trace, "POST book");
            var command = Find(trace, "BookTicketCommand");
            command.Parent.Should().Be(request.Id);
            Find(trace, trace == batched ? "book batched" : "book for_update").Parent.Should().Be(command.Id);
        }

        collector.Spans.Count(span => span.Trace == locked).Should().BeGreaterThanOrEqualTo(3 + 3, "the transaction's statements are in it too");
        var batch = collector.Spans.Where(IsBatch).Should().ContainSingle().Subject;
        batch.Trace.Should().NotBe(batched);
        batch.Links.Should().Equal(batched);
        collector.Spans.Should().Contain(span => span.Trace == batch.Trace && span.Parent == batch.Id, "the batch's statements are in its trace");

        bool Has(string trace, string name) => collector.Spans.Any(span => span.Trace == trace && span.Name == name);

        Span Find(string trace, string name) =>
            collector.Spans.Where(span => span.Trace == trace && span.Name == name)
            .Should().ContainSingle($"one is {name} among {string.Join(", ", collector.Spans)}").Subject;

        static bool IsBatch(Span span) => span.Name == "write batch";
    }

    [Fact]
    public async Task Without_an_address_to_send_them_to_no_traces_are_collected()
    {
        // As Compose gives it, which cannot leave a variable out.
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "",
        });

        using var answer = await api.Client.GetAsync(new Uri("/status?event_id=1", UriKind.Relative));

        using var problem = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("traceId").GetString().Should().NotBeNull().And.NotStartWith("00-", "it is not that of an activity");
    }

    [Fact]
    public async Task A_failure_is_one_JSON_object_in_the_log_with_the_traceId_of_its_answer()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        await using var server = await MariaDbServer.StartAsync();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await server.CreateDatabaseAsync(),
            ["Log__Format"] = "Json",
        });
        var id = await api.Client.SetupAsync(5, "atomic_update");
        await server.Process!.KillAsync();

        using var request = new HttpRequestMessage(HttpMethod.Post, "/book") { Content = JsonContent.Create(new { user_id = 1, event_id = id }) };
        request.Headers.Add("traceparent", trace);
        using var answer = await api.Client.SendAsync(request);

        ((int)answer.StatusCode).Should().Be(503);
        (await answer.Content.ReadAsStringAsync()).Should().Contain($"\"traceId\":\"{trace}\"");
        await api.Process.WritesAsync(trace);
        using var line = System.Text.Json.JsonDocument.Parse(api.Output.Split(Environment.NewLine).Should().ContainSingle(text => text.Contains(trace)).Subject);
        line.RootElement.GetProperty("TraceId").GetString().Should().Be(trace);
        line.RootElement.GetProperty("Path").GetString().Should().Be("/book");
    }

    /// <returns>The trace that the request began.</returns>
    private static async Task<string> BookAsync(HttpClient client, int eventId)
    {
        var trace = Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/book") { Content = JsonContent.Create(new { user_id = 1, event_id = eventId }) };
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        (await client.AnswerToAsync(request)).IsBooked.Should().BeTrue();
        return trace;
    }

    private sealed record Span(string Trace, string Id, string Parent, string Name, IReadOnlyList<string> Links);

    /// <summary>Takes traces by OTLP over HTTP.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly ConcurrentQueue<Span> _spans = new();

        private Collector(WebApplication app) => _app = app;

        public IReadOnlyCollection<Span> Spans => _spans;

        public string Address => _app.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls($"http://127.0.0.1:{Ports.Free()}");
            var collector = new Collector(builder.Build());
            collector._app.MapPost("/v1/traces", collector.TakeAsync);
            await collector._app.StartAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        // The numbers are those of https://github.com/open-telemetry/opentelemetry-proto, trace/v1/trace.proto.
        private async Task TakeAsync(HttpContext context)
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var spans = from resource in Fields(body.ToArray(), 1)
                        from scope in Fields(resource, 2)
                        from span in Fields(scope, 2)
                        select span;
            foreach (var span in spans)
            {
                _spans.Enqueue(new(
                    Hex(span, 1), Hex(span, 2), Hex(span, 4), System.Text.Encoding.UTF8.GetString(Fields(span, 5).Single()),
                    [.. Fields(span, 13).Select(link => Hex(link, 1))]));
            }
        }

        private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault() ?? []);

        /// <summary>The length-delimited fields of a protobuf message that have this number.</summary>
        private static IEnumerable<byte[]> Fields(byte[] message, int number)
        {
            for (var i = 0; i < message.Length;)
            {
                var tag = Varint(message, ref i);
                switch (tag & 7)
                {
                    case 0:
                        Varint(message, ref i);
                        break;
                    case 1:
                        i += 8;
                        break;
                    case 2:
                        var length = (int)Varint(message, ref i);
                        if ((int)(tag >> 3) == number)
                        {
                            yield return message[i..(i + length)];
                        }

                        i += length;
                        break;
                    case 5:
                        i += 4;
                        break;
                    default:
                        throw new FormatException($"Not protobuf: tag {tag}.");
                }
            }
        }

        private static ulong Varint(byte[] message, ref int i)
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = message[i++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }
}
