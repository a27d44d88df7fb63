using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Http;

/// <summary>The calls that the documentation shows, carried out as they stand on a program that was just started.</summary>
[Trait("Run", "Full")]
public sealed partial class DocumentedCallsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ApiProcess _api = null!;

    public async Task InitializeAsync() =>
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"Data Source={_folder.File("first.db")}" });

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_READMEs_curl_lines_answer_what_it_prints()
    {
        var calls = ConsoleCall().Matches(await File.ReadAllTextAsync(Repository.File("README.md")));
        calls.Count.Should().Be(3);

        foreach (Match call in calls)
        {
            var command = call.Groups["command"].Value;
            command.Should().Contain("localhost:8000");
            var printed = await ManagedProcess.RunAsync("bash", "-c", command.Replace("localhost:8000", _api.Address.Authority, StringComparison.Ordinal));

            TraceId().Replace(printed, "…").Should().Be(call.Groups["answer"].Value, command);
        }
    }

    [Fact]
    public async Task The_calls_of_requests_http_do_what_their_titles_say()
    {
        var calls = await ReadRequestsAsync();
        var answers = new Dictionary<string, JsonElement>();

        foreach (var call in calls)
        {
            var answer = await SendAsync(call, answers);
            if (TitledProblem().Match(call.Title) is { Success: true } problem)
            {
                answer.ShouldBeProblem(HttpStatusCode.BadRequest, problem.Groups["code"].Value);
            }
            else
            {
                answer.Status.Should().Be(
                    call.Method == "DELETE" ? HttpStatusCode.NoContent
                    : call.Method == "POST" && (call.Target.EndsWith("/holds", StringComparison.Ordinal) || call.Target.EndsWith("/keys", StringComparison.Ordinal)) ? HttpStatusCode.Created
                    : call.Method == "POST" && (call.Target.Contains("/races", StringComparison.Ordinal) || call.Target.EndsWith("/faults", StringComparison.Ordinal)) ? HttpStatusCode.Accepted
                    : HttpStatusCode.OK,
                    $"{call.Title}: {answer.Text}");
            }

            if (call.Title.Contains("sent again", StringComparison.Ordinal))
            {
                var again = await SendAsync(call, answers);
                again.Text.Should().Be(answer.Text);
                again.Headers.Should().ContainKey("Idempotent-Replayed");
            }

            if (call.Name is not null)
            {
                answers.Add(call.Name, answer.Json);
            }
        }
    }

    /// <summary>The README promises that the file has the other calls.</summary>
    [Fact]
    public async Task Requests_http_has_every_call_of_the_API()
    {
        var document = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.File("src", "Ticketing.Api", "openapi.json"))).RootElement;
        var offered = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"))
            .Where(call => !call.StartsWith("GET /health/", StringComparison.Ordinal) && !call.StartsWith("GET /problems/", StringComparison.Ordinal)); // for machines

        var shown = (await ReadRequestsAsync()).Select(call => $"{call.Method} {Variable().Replace(call.Target.Replace("{{api}}", ""), "{id}").Split('?')[0]}");

        shown.Distinct().Should().BeEquivalentTo(offered);
    }

    /// <summary>The format of Visual Studio, VS Code and the JetBrains tools, as far as the file uses it.</summary>
    private static async Task<List<DocumentedCall>> ReadRequestsAsync()
    {
        var text = await File.ReadAllTextAsync(Repository.File("src", "Ticketing.Api", "requests.http"));
        text.Should().StartWith("@api = http://localhost:8000\n");
        return [.. text.Split("\n### ")[1..].Select(Parse)];
    }

    private static DocumentedCall Parse(string section)
    {
        var (head, body) = section.Split("\n\n", 2) is [var first, var second] ? (first, second.Trim()) : (section, "");
        var lines = head.Trim().Split('\n');
        var comments = lines[1..].TakeWhile(line => line.StartsWith('#')).ToList();
        var request = lines[(1 + comments.Count)].Split(' ', 2);
        return new(
            lines[0],
            comments.Select(comment => comment.Split("@name ")).Where(parts => parts.Length == 2).Select(parts => parts[1]).SingleOrDefault(),
            request[0],
            request[1],
            [.. lines[(2 + comments.Count)..].Select(line => line.Split(": ", 2)).Select(header => (header[0], header[1]))],
            body);
    }

    private Task<Answer> SendAsync(DocumentedCall call, Dictionary<string, JsonElement> answers)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method), Fill(call.Target));
        if (call.Body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(call.Body)));
        }

        foreach (var (name, value) in call.Headers)
        {
            (request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value)).Should().BeTrue();
        }

        return _api.Client.AnswerToAsync(request);

        string Fill(string text) => Variable().Replace(text, variable => variable.Groups["name"].Value.Split('.') switch
        {
            ["api"] => _api.Address.ToString().TrimEnd('/'),
            [var name, "response", "body", var property] => answers[name].GetProperty(property).ToString(),
            _ => throw new FormatException($"'{variable.Value}' is no variable of the file."),
        });
    }

    /// <summary>A line of a console, and the line that it prints.</summary>
    [GeneratedRegex(@"^\$ (?<command>curl .+)\n(?<answer>.+)$", RegexOptions.Multiline)]
    private static partial Regex ConsoleCall();

    [GeneratedRegex("(?<=\"traceId\":\")[^\"]+(?=\")")]
    private static partial Regex TraceId();

    /// <summary>A title that ends with the code of a problem.</summary>
    [GeneratedRegex(": (?<code>[a-z_]+)$")]
    private static partial Regex TitledProblem();

    [GeneratedRegex(@"\{\{(?<name>[\w.]+)\}\}")]
    private static partial Regex Variable();

    /// <summary>One call of the file; later ones use its answer under its name, where it has one.</summary>
    private sealed record DocumentedCall(
        string Title, string? Name, string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, string Body);
}
