using System.Text.Json;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.OpenApi;

/// <summary>The API's description is part of the contract: it is committed, and a change of it is seen in review.</summary>
public sealed class OpenApiTests(SqliteApi api) : IClassFixture<SqliteApi>
{
    private static readonly string _committed = Repository.File("src", "Ticketing.Api", "openapi.json");

    [Fact]
    public async Task The_committed_description_is_what_the_program_serves()
    {
        var served = (await api.Client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative))).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(_committed, served);
        }

        var committed = File.Exists(_committed) ? await File.ReadAllTextAsync(_committed) : "";
        served.Split('\n').Should().Equal(
            committed.Split('\n'), "a change of the API must be committed: UPDATE_OPENAPI=1 dotnet test --filter OpenApi writes it");
    }

    [Fact]
    public async Task Every_operation_has_a_summary_and_every_answer_a_description()
    {
        foreach (var (name, operation) in await OperationsAsync())
        {
            operation.GetProperty("summary").GetString().Should().NotBeNullOrWhiteSpace(name);
            operation.GetProperty("responses").EnumerateObject().Should().NotBeEmpty(name);
            foreach (var answer in operation.GetProperty("responses").EnumerateObject())
            {
                answer.Value.GetProperty("description").GetString().Should().NotBeNullOrWhiteSpace($"{name} {answer.Name}");
            }
        }
    }

    [Fact]
    public async Task Every_error_is_described_as_a_problem_document()
    {
        var errors =
            from operation in await OperationsAsync()
            from answer in operation.Operation.GetProperty("responses").EnumerateObject()
            where answer.Name[0] != '2'
            select (Name: $"{operation.Name} {answer.Name}", Answer: answer.Value);

        errors.Should().HaveCountGreaterThan(10).And.AllSatisfy(error =>
            error.Answer.GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString()
                .Should().Be("#/components/schemas/Problem", error.Name));
    }

    [Fact]
    public async Task The_whole_contract_is_described() =>
        (await OperationsAsync()).Select(operation => operation.Name).Should().BeEquivalentTo(
            "POST /setup", "PATCH /events/{id}", "POST /events/{id}/pause", "POST /events/{id}/resume", "POST /events/{id}/close", "POST /book", "GET /bookings/{id}", "POST /bookings/{id}/cancel",
            "POST /holds", "POST /holds/{id}/confirm", "POST /holds/{id}/release", "POST /holds/{id}/extend", "GET /status", "GET /events", "GET /stats", "GET /history",
            "GET /strategies", "POST /keys", "GET /keys", "DELETE /keys/{id}", "GET /audit", "GET /maintenance", "PUT /maintenance", "GET /faults", "POST /faults", "POST /races", "GET /races/{id}", "GET /races/{id}/progress", "GET /races/{id}/steps", "POST /races/{id}/stop", "GET /health", "GET /health/live", "GET /health/ready", "GET /problems", "GET /problems/{code}");

    private async Task<List<(string Name, JsonElement Operation)>> OperationsAsync()
    {
        var document = (await api.Client.GetAnswerAsync("/openapi.json")).Json;
        List<(string, JsonElement)> operations =
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value),
        ];
        operations.Should().NotBeEmpty();
        return operations;
    }
}
