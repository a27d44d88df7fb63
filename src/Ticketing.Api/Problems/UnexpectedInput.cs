using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;

namespace Ticketing.Api.Problems;

/// <summary>
/// Refuses what the framework would ignore, or guess: parameters and bodies that an action does not have, parameters without a value, with two, or with a number that is
/// not written as one. The answer would be to another question.
/// </summary>
internal static class UnexpectedInput
{
    /// <summary>Some clients send an empty object where there is nothing to send.</summary>
    private const int LongestEmptyObject = 64;

    public static void UseRefusalOfUnexpectedInput(this WebApplication app)
    {
        var models = app.Services.GetRequiredService<IModelMetadataProvider>();
        var known = new ConcurrentDictionary<ActionDescriptor, ActionInput>();
        app.Use((context, next) =>
        {
            var request = context.Request;
            var hasBody = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && request.ContentLength != 0 && (request.ContentLength is not null || request.Headers.TransferEncoding.Count > 0);
            if ((!request.QueryString.HasValue && !hasBody) || context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is not { } action)
            {
                return next(context);
            }

            var input = known.GetOrAdd(action, InputOf);
            return request.QueryString.HasValue && FindWrong(request.Query, input.Parameters) is { Count: > 0 } wrong ? ValidationProblem.WriteAsync(context, wrong)
                : hasBody && !input.HasBody ? RefuseBodyAsync(context, next)
                : next(context);
        });

        ActionInput InputOf(ActionDescriptor action) => new(
            action.Parameters.Any(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Body),
            action.Parameters.Where(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query).SelectMany(PropertiesOf).ToDictionary(
                property => property.BinderModelName ?? property.Name!, StringComparer.OrdinalIgnoreCase));

        // All of them are queries, whose properties are the parameters.
        IEnumerable<ModelMetadata> PropertiesOf(ParameterDescriptor parameter) => models.GetMetadataForType(parameter.ParameterType).Properties;
    }

    private static Dictionary<string, string[]> FindWrong(IQueryCollection query, Dictionary<string, ModelMetadata> parameters)
    {
        var wrong = new Dictionary<string, string[]>();
        foreach (var (name, values) in query)
        {
            if (WhatIsWrong(name, values, parameters) is { } message)
            {
                wrong[name] = [message];
            }
        }

        return wrong;
    }

    private static string? WhatIsWrong(string name, StringValues values, Dictionary<string, ModelMetadata> parameters) =>
        !parameters.TryGetValue(name, out var parameter)
            ? parameters.Count == 0 ? "Is unknown: this address has no parameters." : $"Is unknown: the parameters of this address are {string.Join(", ", parameters.Keys.Order())}."
        : values.Count > 1 ? "Is given twice."
        : values.ToString() is not { Length: > 0 } value ? "Has no value."
        : parameter.UnderlyingOrModelType != typeof(string) && !IsNumber(value) ? parameter.ModelBindingMessageProvider.AttemptedValueIsInvalidAccessor(value, parameter.Name!)
        : null;

    /// <summary>The framework would accept 0x1, and 1 with a NUL or a space behind it.</summary>
    private static bool IsNumber(string value) => value.AsSpan().TrimStart('-') is { Length: > 0 } digits && !digits.ContainsAnyExceptInRange('0', '9');

    private static async Task RefuseBodyAsync(HttpContext context, RequestDelegate next)
    {
        if (await IsEmptyObjectAsync(context.Request))
        {
            await next(context);
        }
        else
        {
            await ValidationProblem.WriteAsync(context, new() { ["body"] = ["This address takes no body."] });
        }
    }

    private static async Task<bool> IsEmptyObjectAsync(HttpRequest request)
    {
        if (request.ContentLength > LongestEmptyObject)
        {
            return false;
        }

        var read = await request.BodyReader.ReadAtLeastAsync(LongestEmptyObject, request.HttpContext.RequestAborted);
        try
        {
            return read.Buffer.IsEmpty || (read.Buffer.Length <= LongestEmptyObject && JsonDocument.Parse(read.Buffer).RootElement is { ValueKind: JsonValueKind.Object } root && !root.EnumerateObject().Any());
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            request.BodyReader.AdvanceTo(read.Buffer.End);
        }
    }

    /// <summary>What an action takes.</summary>
    /// <param name="HasBody">Whether it has a body.</param>
    /// <param name="Parameters">Its parameters, which are numbers if they are no texts.</param>
    private sealed record ActionInput(bool HasBody, Dictionary<string, ModelMetadata> Parameters);
}
