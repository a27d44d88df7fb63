using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Ticketing.Api.Problems;

/// <summary>
/// Turns the errors of binding, JSON and validators into one problem document, with the field names of the client and without class names.
/// </summary>
internal static class ValidationProblem
{
    private const string WrongType = "Is given twice, has the wrong type, or is out of range.";

    public static IActionResult From(ActionContext context)
    {
        var state = context.ModelState;
        if (state.Values.Any(entry => entry.Errors.Any(error => error.Exception is UnsupportedContentTypeException)))
        {
            return ProblemWriter.Result(context.HttpContext, ProblemKind.UnsupportedMediaType);
        }

        var errors = state
            .SelectMany(entry => entry.Value!.Errors.Select(error => (Field: FieldName(entry.Key), Message: Message(entry.Key, error))))
            .GroupBy(error => error.Field, error => error.Message)
            .ToDictionary(field => field.Key, field => field.Distinct().ToArray());

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

    /// <summary>The messages of the JSON reader name classes, so they are replaced; our own begin with "Must".</summary>
    private static string Message(string key, ModelError error) =>
        key is "" or "$" ? "Must be a JSON object."
        : key.StartsWith('$') && !error.ErrorMessage.StartsWith("Must ", StringComparison.Ordinal) ? WrongType
        : error.ErrorMessage.Length > 0 && error.Exception is null ? error.ErrorMessage
        : WrongType;
}
