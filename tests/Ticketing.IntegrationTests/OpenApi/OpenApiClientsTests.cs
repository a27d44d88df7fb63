using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.OpenApi;

/// <summary>
/// What others do with the committed document: check it, and generate clients from it, which compile and book. In long runs only: they take long, and what they find
/// depends on the document, which <see cref="OpenApiTests"/> keeps as it is.
/// </summary>
[Trait("Run", "Full")]
public sealed class OpenApiClientsTests(SqliteApi api) : IClassFixture<SqliteApi>
{
    private static readonly NodeProject _rules = new("tests", "Ticketing.IntegrationTests", "OpenApi", "rules");
    private static readonly NodeProject _clients = new("tests", "Ticketing.IntegrationTests", "OpenApi", "clients");

    [LongFact]
    public async Task Redocly_and_Spectral_find_no_error()
    {
        await _rules.RunAsync("npm", "run", "redocly");
        await _rules.RunAsync("npm", "run", "spectral");
    }

    [LongFact]
    public async Task A_typed_client_for_TypeScript_books()
    {
        await _clients.RunAsync("npm", "run", "generate");
        await _clients.RunAsync("npm", "run", "compile");
        var printed = await _clients.RunAsync("npm", "run", "--silent", "book", "--", api.Address.ToString().TrimEnd('/'));

        var id = long.Parse(printed.Trim(), CultureInfo.InvariantCulture);
        (await api.Client.GetAnswerAsync("/history?user_id=7")).Json.GetProperty("items")[0].GetProperty("booking_id").GetInt64().Should().Be(id);
    }

    [LongFact]
    public async Task A_client_that_NSwag_generates_for_CSharp_books()
    {
        var document = await OpenApiDocument.FromJsonAsync(await File.ReadAllTextAsync(Repository.File("src", "Ticketing.Api", "openapi.json")));
        var code = new CSharpClientGenerator(document, new CSharpClientGeneratorSettings
        {
            ClassName = "TicketingClient",
            CSharpGeneratorSettings = { Namespace = "Generated", JsonLibrary = CSharpJsonLibrary.SystemTextJson, GenerateNullableReferenceTypes = true },
        }).GenerateFile();
        var types = Compile(code);

        // As a program would: the address of the API is that of the HttpClient.
        dynamic client = Activator.CreateInstance(types["TicketingClient"], api.Client)!;
        dynamic @event = Activator.CreateInstance(types["SetupEventCommand"])!;
        @event.Event_name = "Generated";
        @event.Total_tickets = 3;
        var setup = await client.SetUpEventAsync(@event);
        dynamic order = Activator.CreateInstance(types["BookTicketCommand"])!;
        order.User_id = 9;
        order.Event_id = setup.Event_id;
        order.Quantity = 2;

        var booked = await client.BookTicketsAsync("generated-client", order);

        ((string)setup.Strategy.ToString()).Should().Be("Batched", "that is the default");
        ((long)booked.Booking_id).Should().BePositive();
        var status = await client.GetStatusAsync((int?)setup.Event_id);
        ((long)status.Tickets_sold).Should().Be(2);
    }

    private static Dictionary<string, Type> Compile(string code)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        using var assembly = new MemoryStream();
        var result = CSharpCompilation.Create(
            "Generated", [CSharpSyntaxTree.ParseText(code)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).Emit(assembly);
        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        return Assembly.Load(assembly.ToArray()).GetTypes().Where(type => type.Namespace == "Generated").ToDictionary(type => type.Name);
    }
}
