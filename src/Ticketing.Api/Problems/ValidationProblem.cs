using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Ticketing.Api.Problems;

/// <summary>
/// Turns what binding, JSON and the validators found into one problem document, under the names that the client used and without the
/// names of our classes.
/// </summary>
internal static class ValidationProblem
{
    private const string WrongType = "Has the wrong type, or is out of range.";

    public static IActionResult From(ActionContext context)
    {
        var state = context.ModelState;
        if (state.Values.Any(entry => entry.Errors.Any(error => error.Exception is UnsupportedContentTypeException)))
        {
            return ProblemWriter.Result(context.HttpContext, ProblemKind.UnsupportedMediaType);
        }

        var errors = state
            .Where(entry => entry.Value is { Errors.Count: > 0 })
            .GroupBy(entry => FieldName(entry.Key))
            .ToDictionary(
                field => field.Key,
                field => field.SelectMany(entry => entry.Value!.Errors).Select(error => Message(field.Key, error)).Distinct().ToArray());

        var detail = string.Join(" ", errors.SelectMany(field => field.Value.Select(message => $"{field.Key}: {message}")));
        var result = ProblemWriter.Result(context.HttpContext, ProblemKind.ValidationFailed, detail);
        ((ProblemDetails)result.Value!).Extensions["errors"] = errors;
        return result;
    }

    /// <summary><c>$.user_id</c> of the JSON reader, <c>UserId</c> of a validator and <c>user_id</c> of the query are one field.</summary>
    private static string FieldName(string key) => key switch
    {
        "" or "$" => "body",
        ['$', '.', .. var path] => path,
        _ => char.IsUpper(key[0]) && !key.Contains('-', StringComparison.Ordinal)
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(key)
            : key,
    };

    private static string Message(string field, ModelError error)
    {
        var message = error.ErrorMessage;
        var isFromJsonReader = message.Contains(" Path: $", StringComparison.Ordinal);
        return field == "body" ? "Must be a JSON object."
            : isFromJsonReader || message.Length == 0 || error.Exception is not null ? WrongType
            : message;
    }
}
