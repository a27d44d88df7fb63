using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using FluentValidation.Validators;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Ticketing.Api.OpenApi;

/// <summary>Adds limits, defaults and required fields to the API's description, taken from the validators and types.</summary>
internal sealed class FieldRules(IServiceProvider services, IOptions<JsonOptions> json) : ISchemaFilter, IParameterFilter, IRequestBodyFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties: { Count: > 0 } properties } described || context.MemberInfo is not null || context.ParameterInfo is not null)
        {
            return;
        }

        if (FindValidator(context.Type) is not { } validator)
        {
            described.Required = properties.Keys.ToHashSet(); // a response has all its fields
            return;
        }

        var defaults = context.Type.GetConstructors()[0].GetParameters().ToDictionary(field => field.Name!, field => field.HasDefaultValue ? ToJson(field.DefaultValue) : null);
        foreach (var field in context.Type.GetProperties().Select(field => field.Name))
        {
            if (properties.TryGetValue(JsonNamingPolicy.SnakeCaseLower.ConvertName(field), out var property) && property is OpenApiSchema fieldSchema)
            {
                Limit(fieldSchema, validator, field);
                fieldSchema.Default = defaults.GetValueOrDefault(field);
            }
        }
    }

    public void Apply(IOpenApiParameter parameter, ParameterFilterContext context)
    {
        if (context.PropertyInfo is { ReflectedType: { } query } property && FindValidator(query) is { } validator && parameter.Schema is OpenApiSchema schema)
        {
            Limit(schema, validator, property.Name);
            schema.Default = ToJson(property.GetValue(Activator.CreateInstance(query)));
        }
    }

    /// <summary>Every body is required.</summary>
    public void Apply(IOpenApiRequestBody requestBody, RequestBodyFilterContext context) => ((OpenApiRequestBody)requestBody).Required = true;

    private IValidator? FindValidator(Type type) => (IValidator?)services.GetService(typeof(IValidator<>).MakeGenericType(type));

    private static void Limit(OpenApiSchema schema, IValidator validator, string field)
    {
        foreach (var rule in validator.CreateDescriptor().GetRulesForMember(field).SelectMany(rule => rule.Components).Select(component => component.Validator))
        {
            switch (rule)
            {
                case IBetweenValidator range:
                    schema.Minimum = Convert.ToString(range.From, CultureInfo.InvariantCulture);
                    schema.Maximum = Convert.ToString(range.To, CultureInfo.InvariantCulture);
                    break;
                case INotEmptyValidator:
                    schema.MinLength = 1;
                    break;
                case ILengthValidator length:
                    schema.MaxLength = length.Max;
                    break;
            }
        }
    }

    /// <summary>The value as the API serializes it.</summary>
    private JsonNode? ToJson(object? value) => value is null ? null : JsonSerializer.SerializeToNode(value, json.Value.JsonSerializerOptions);
}
