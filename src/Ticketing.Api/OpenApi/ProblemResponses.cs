using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using Ticketing.Api.Problems;

namespace Ticketing.Api.OpenApi;

/// <summary>Describes the problem documents, and the responses that have them.</summary>
internal sealed partial class ProblemResponses : IOperationFilter, IDocumentFilter
{
    private const string Schema = "Problem";
    private const string SecurityScheme = "bearer";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var isRestricted = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any();
        IEnumerable<int> statuses = [
            .. context.MethodInfo.GetCustomAttribute<ProducesProblemAttribute>()?.Statuses ?? [],
            .. (IEnumerable<int>)(isRestricted ? [StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status429TooManyRequests] : [])];
        operation.Security = isRestricted ? [new() { [new OpenApiSecuritySchemeReference(SecurityScheme, context.Document)] = [] }] : []; // empty: anyone may call it
        operation.Responses ??= [];
        KeepOnlyJson(operation.Responses);
        foreach (var status in statuses)
        {
            var key = status.ToString(CultureInfo.InvariantCulture);
            var described = operation.Responses.TryGetValue(key, out var response) ? response.Description : null;
            operation.Responses[key] = new OpenApiResponse
            {
                Description = string.IsNullOrWhiteSpace(described) ? DescriptionOf(status) : LineBreak().Replace(described, " "),
                Headers = status is 429 or 503
                    ? new Dictionary<string, IOpenApiHeader>
                    {
                        ["Retry-After"] = new OpenApiHeader
                        {
                            Description = "Seconds to wait before trying again.",
                            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
                        },
                    }
                    : null,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [ProblemWriter.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Schema, context.Document) },
                },
            };
        }
    }

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Components ??= new();
        swaggerDoc.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [SecurityScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The key of a program (tk_…), or the token of a buyer. Where Security:Mode is Open, nobody is asked.",
            },
        };
        swaggerDoc.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        swaggerDoc.Components.Schemas[Schema] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "A problem document, RFC 9457.",
            Required = new HashSet<string> { "type", "title", "status", "detail", "code", "traceId" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Text("The address that explains the problem, relative to this API."),
                ["title"] = Text("The kind of problem, the same for every occurrence."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
                ["detail"] = Text("What happened, and what to do."),
                ["code"] = Text("A stable code for programs, such as sold_out."),
                ["traceId"] = Text("Identifies the request in the logs."),
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Description = "With validation_failed: the messages for each field.",
                    AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
                },
                ["available_tickets"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "With not_enough_tickets: the number of tickets left." },
                ["remaining_for_user"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "With limit_reached: the number of tickets that the user can still order." },
                ["sale_starts_at"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = "With not_on_sale: when the sale starts." },
            },
        };
    }

    /// <summary>Removes text/json and the like, which the JSON formatter supports too. A stream of events is what it says.</summary>
    private static void KeepOnlyJson(OpenApiResponses responses)
    {
        foreach (var content in responses.Values.Select(response => response.Content).OfType<IDictionary<string, IOpenApiMediaType>>())
        {
            foreach (var type in content.Keys.Where(type => type is not ("application/json" or "text/event-stream")).ToList())
            {
                content.Remove(type);
            }
        }
    }

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    /// <summary>Of a comment in the code, with the indentation of the next line.</summary>
    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex LineBreak();

    private static string DescriptionOf(int status) => $"`{ProblemKind.OfStatus(status).Code}`: {ProblemKind.OfStatus(status).Title}";
}
