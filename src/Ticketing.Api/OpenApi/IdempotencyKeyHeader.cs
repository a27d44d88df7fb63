using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using Ticketing.Application.Bookings;
using Ticketing.Domain;

namespace Ticketing.Api.OpenApi;

/// <summary>Describes the header of an order, which is bound with its body.</summary>
internal sealed class IdempotencyKeyHeader : IOperationFilter
{
    private const string Example = "5f0c1a9e-order-1";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.ParameterDescriptions.Any(parameter => typeof(IOrder).IsAssignableFrom(parameter.Type)))
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = IOrder.IdempotencyKeyHeader,
                In = ParameterLocation.Header,
                Description = "The client's key for this order, 1 to 255 visible ASCII characters. Send the same key to repeat the order safely.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Booking.MaxIdempotencyKeyLength, Pattern = "^[!-~]+$" },
                Example = Example,
            });
        }
    }
}
