using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using NJsonSchema;
using NSwag;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.OpenApi;

/// <summary>Requests that are made from the document, valid ones and others. Each response is one that the document describes.</summary>
public sealed class OpenApiFuzzTests(SqliteApi api) : IClassFixture<SqliteApi>
{
    private const int Requests = 10_000;

    /// <summary>Texts that have broken programs before.</summary>
    private static readonly Gen<string> _texts = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 12],
        Gen.String[0, 20],
        Gen.OneOf(
            "", " ", "0", "-1", "1e309", "2147483648", "9223372036854775808", "null", "true", "NaN", "' OR 1=1 --", "../../etc/passwd", "\u0000", "\ud800", "𝕏", "a\nb",
            "batched", "NAIVE", new string('x', 300)));

    private static readonly Gen<string> _numbers = Gen.OneOf(
        Gen.Int[1, 60].Select(number => number.ToString(CultureInfo.InvariantCulture)),
        Gen.Int.Select(number => number.ToString(CultureInfo.InvariantCulture)),
        Gen.OneOf("0", "-1", "1.5", "1e3", "1e309", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "-0", "00"));

    private static readonly Gen<string> _values = Gen.Frequency(
        (6, _numbers),
        (3, _texts.Select(text => JsonSerializer.Serialize(text))),
        (1, Gen.OneOf("null", "true", "[]", "{}", "[1]", """{"a":1}""", "", "\"", "'x'", "1,", "\"\\ud800\"")));

    [Fact]
    public async Task No_request_fails_and_every_response_is_as_described()
    {
        var document = await OpenApiDocument.FromJsonAsync(await File.ReadAllTextAsync(Repository.File("src", "Ticketing.Api", "openapi.json")));
        var operations = document.Operations.Where(operation => operation.Operation.OperationId is not ("setMaintenance" or "startRace")).ToArray(); // one would stop all others, one would delay them
        for (var i = 0; i < 50; i++)
        {
            await api.Client.SetupAsync(5, i % 2 == 0 ? "batched" : "for_update"); // so that some of the ids exist
        }

        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        await Gen.OneOf<OpenApiOperationDescription>(operations).SelectMany(RequestTo, (operation, request) => (operation, request)).SampleAsync(
            async sample =>
            {
                using var message = sample.request.ToMessage();
                var answer = await api.Client.AnswerToAsync(message);
                seen.AddOrUpdate($"{sample.operation.Operation.OperationId} {(int)answer.Status}", 1, (_, count) => count + 1);
                Check(sample.operation, answer, sample.request);
            },
            iter: Requests,
            threads: 4,
            print: sample => sample.request.ToString());

        seen.Keys.Should().Contain("bookTickets 200", "the requests are not all wrong").And.Contain("bookTickets 400").And.Contain("setUpEvent 200").And.Contain("listBookings 400");
    }

    private static void Check(OpenApiOperationDescription operation, Answer answer, FuzzRequest request)
    {
        ((int)answer.Status).Should().BeLessThan(500, "{0}", request);
        var status = ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        operation.Operation.ActualResponses.Should().ContainKey(status, "{0}: {1}", request, answer.Text);
        if (operation.Method == OpenApiOperationMethod.Head)
        {
            return;
        }

        var (type, content) = operation.Operation.ActualResponses[status].Content.Single();
        answer.MediaType.Should().Be(type);
        content.Schema.ActualSchema.Validate(answer.Text).Should().BeEmpty("{0}: {1}", request, answer.Text);
    }

    /// <summary>A request to the operation: most parts are as described, some are not.</summary>
    private static Gen<FuzzRequest> RequestTo(OpenApiOperationDescription operation)
    {
        var parameters = operation.Operation.ActualParameters.Where(parameter => parameter.Kind == OpenApiParameterKind.Query).Select(parameter => parameter.Name).ToArray();
        var query = Gen.Select(
            Some(parameters, Gen.OneOf(_numbers, _texts)),
            Gen.Frequency((40, Gen.Const("")), (1, Gen.Const("unknown=1"))),
            (given, unknown) => string.Join('&', given.Select(pair => $"{pair.Name}={Escape(pair.Value)}").Append(unknown).Where(part => part.Length > 0)));
        var path = operation.Path.Contains('{', StringComparison.Ordinal)
            ? Gen.OneOf(Gen.OneOf("sold_out", "busy"), Gen.String[Gen.Char.AlphaNumeric, 1, 12]).Select(code => operation.Path.Replace("{code}", code, StringComparison.Ordinal))
            : Gen.Const(operation.Path);
        var schema = operation.Operation.RequestBody?.Content["application/json"].Schema.ActualSchema;
        var body = schema is null ? Gen.Const((string?)null) : BodyOf(schema);
        var key = Gen.Frequency((3, Gen.Const((string?)null)), (1, Gen.String[Gen.Char['!', '~'], 1, 6].Select(text => (string?)text)), (1, Gen.Const((string?)new string('k', 256))));
        return Gen.Select(path, query, body, key, (path, query, body, key) =>
            new FuzzRequest(operation.Method.ToUpperInvariant(), query.Length == 0 ? path : $"{path}?{query}", body, schema is null ? null : key));
    }

    private static Gen<string?> BodyOf(JsonSchema schema)
    {
        var properties = schema.ActualProperties.Keys.ToArray();
        var described = Some(properties, _values);
        var correct = Gen.Select(Gen.Int[1, 100], Gen.Int[1, 60], Gen.Int[1, 10], (user, @event, quantity) => properties.Contains("user_id")
            ? $$"""{"user_id":{{user}},"event_id":{{@event}},"quantity":{{quantity}}}"""
            : $$"""{"total_tickets":{{quantity}}}""");
        return Gen.Frequency(
            (6, described.Select(given => $"{{{string.Join(',', given.Select(pair => $"\"{pair.Name}\":{pair.Value}"))}}}")),
            (4, correct),
            (1, Gen.OneOf("", "{", "[]", "null", "1", "\"x\"", "{}{}", """{"unknown":1}""", new string('[', 1000)))).Select(text => (string?)text);
    }

    /// <summary>Some of these names, each with a value.</summary>
    private static Gen<List<(string Name, string Value)>> Some(string[] names, Gen<string> values) =>
        Gen.Select(Gen.Bool.Array[names.Length], values.Array[names.Length], (isGiven, given) =>
            names.Select((name, i) => (Name: name, Value: given[i])).Where((_, i) => isGiven[i]).ToList());

    /// <summary>What is no text at all, such as half a surrogate pair, cannot be escaped.</summary>
    private static string Escape(string value) => Uri.EscapeDataString(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)));

    private sealed record FuzzRequest(string Method, string Address, string? Body, string? Key)
    {
        public HttpRequestMessage ToMessage()
        {
            var message = new HttpRequestMessage(new(Method), Address);
            if (Body is not null)
            {
                message.Content = new StringContent(Body, Encoding.UTF8, "application/json");
            }

            if (Key is not null)
            {
                message.Headers.TryAddWithoutValidation("Idempotency-Key", Key);
            }

            return message;
        }
    }
}
