using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Ticketing.Api.Problems;

/// <summary>
/// Turns the errors of binding, JSON and validators into one problem document, with the field names of the client and without class names.
/// </summary>
internal static class ValidationProblem
{
    public static IActionResult From(ActionContext context)
    {
        var state = context.ModelState;
        if (state.Values.Any(entry => entry.Errors.Any(error => error.Exception is UnsupportedContentTypeException)))
        {
            return ProblemWriter.Result(context.HttpContext, ProblemKind.UnsupportedMediaType);
        }

        var body = context.ActionDescriptor.Parameters.FirstOrDefault(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Body)?.ParameterType;
        var errors = state
            .SelectMany(entry => entry.Value!.Errors.SelectMany(error => Explain(entry.Key, error, body)))
            .GroupBy(error => error.Field, error => error.Message)
            .ToDictionary(field => field.Key, field => field.Distinct().ToArray());

        var result = ProblemWriter.Result(context.HttpContext, ProblemKind.ValidationFailed, DetailOf(errors));
        ((ProblemDetails)result.Value!).Extensions["errors"] = errors;
        return result;
    }

    /// <summary>For middleware.</summary>
    public static Task WriteAsync(HttpContext context, Dictionary<string, string[]> errors) =>
        ProblemWriter.WriteAsync(context, ProblemKind.ValidationFailed, DetailOf(errors), ("errors", errors));

    private static string DetailOf(Dictionary<string, string[]> errors) =>
        string.Join(" ", errors.SelectMany(field => field.Value.Select(message => $"{field.Key}: {message}")));

    /// <summary>The JSON reader's errors have a path, or no name at all; those of validators and of the query have the name of a field.</summary>
    private static IEnumerable<(string Field, string Message)> Explain(string key, ModelError error, Type? body) =>
        key is "" || key.StartsWith('$') ? JsonMessages.Explain(key, error.ErrorMessage, body) : [(FieldName(key), error.ErrorMessage)];

    /// <summary><c>UserId</c> of a validator and <c>user_id</c> of the query are one field; <c>Idempotency-Key</c> is a header.</summary>
    private static string FieldName(string key) => char.IsUpper(key[0]) && !key.Contains('-', StringComparison.Ordinal)
        ? JsonNamingPolicy.SnakeCaseLower.ConvertName(key)
        : key;
}
