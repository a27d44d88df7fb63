using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ticketing.Api.Problems;

/// <summary>
/// Says in a client's words what is wrong with a JSON body. The reader's own messages name classes of this program; they are its only account of the error,
/// and a test has one example of each.
/// </summary>
internal static partial class JsonMessages
{
    private const string Body = "body";

    /// <param name="path">Where the reader stopped, such as <c>$.user_id</c>.</param>
    /// <param name="message">The reader's message, or one of our own converters', which begin with "Must".</param>
    /// <param name="body">The type that was read.</param>
    public static IEnumerable<(string Field, string Message)> Explain(string path, string message, Type? body)
    {
        var field = path is "" or "$" ? Body : path.TrimStart('$', '.');
        if (message.StartsWith("Must ", StringComparison.Ordinal))
        {
            return [(field, message)];
        }

        if (Missing().Match(message) is { Success: true } missing)
        {
            return Names().Matches(missing.Groups[1].Value).Select(name => (name.Groups[1].Value, "Is missing."));
        }

        if (Unknown().Match(message) is { Success: true } unknown)
        {
            return [(unknown.Groups[1].Value, "Is unknown.")];
        }

        if (Twice().Match(message) is { Success: true } twice)
        {
            return [(twice.Groups[1].Value, "Is given twice.")];
        }

        if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
        {
            return [(field, field == Body ? "Must be a JSON object." : TypeOf(field, body) switch
            {
                { } type when type == typeof(int) => "Must be a whole number up to 2,147,483,647.",
                { } type when type == typeof(string) => "Must be a string.",
                _ => "Has the wrong type.",
            })];
        }

        if (message.Contains("null values", StringComparison.Ordinal))
        {
            return [(field, "Must not be null.")];
        }

        return Position().Match(message) is { Success: true } position
            ? [(Body, string.Create(CultureInfo.InvariantCulture, $"Is not valid JSON: see line {Next(position.Groups[1])}, byte {Next(position.Groups[2])}."))]
            : [(Body, "Must be a JSON object.")];
    }

    private static Type? TypeOf(string field, Type? body) => body?.GetProperties()
        .FirstOrDefault(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name) == field)?.PropertyType;

    /// <summary>The reader counts from 0.</summary>
    private static long Next(Group number) => long.Parse(number.ValueSpan, CultureInfo.InvariantCulture) + 1;

    [GeneratedRegex("missing required properties including: (.*)")]
    private static partial Regex Missing();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Names();

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped", RegexOptions.Singleline)]
    private static partial Regex Unknown();

    [GeneratedRegex("^Duplicate property '(.*)' encountered", RegexOptions.Singleline)]
    private static partial Regex Twice();

    [GeneratedRegex(@"LineNumber: (\d+) \| BytePositionInLine: (\d+)")]
    private static partial Regex Position();
}
