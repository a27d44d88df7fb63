using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using Ticketing.Domain;

namespace Ticketing.Api.OpenApi;

/// <summary>Describes a strategy as it is in JSON: one of six names.</summary>
internal sealed class StrategySchema : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (context.Type == typeof(BookingStrategy) && schema is OpenApiSchema strategy)
        {
            strategy.Type = JsonSchemaType.String;
            strategy.Format = null;
            strategy.Enum = [.. BookingStrategyNames.All.Select(name => (JsonNode)name)];
        }
    }
}
