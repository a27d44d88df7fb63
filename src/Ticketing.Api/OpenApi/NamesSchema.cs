using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using Ticketing.Api.Lab;
using Ticketing.Domain;

namespace Ticketing.Api.OpenApi;

/// <summary>Describes a strategy, the state of a sale, and the status of a booking or a race as they are in JSON: by their names.</summary>
internal sealed class NamesSchema : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        IEnumerable<string>? names = context.Type == typeof(BookingStrategy) ? BookingStrategyNames.All
            : context.Type == typeof(SaleState) ? SaleStateNames.All
            : context.Type == typeof(BookingStatus) ? BookingStatusNames.All
            : context.Type == typeof(RaceStatus) ? Enum.GetNames<RaceStatus>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)
            : null;
        if (names is not null && schema is OpenApiSchema named)
        {
            named.Type = JsonSchemaType.String;
            named.Format = null;
            named.Enum = [.. names.Select(name => (JsonNode)name)];
        }
    }
}
