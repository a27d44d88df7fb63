using System.Collections.Concurrent;

namespace Ticketing.Infrastructure.Metrics;

/// <summary>Finds the operation and the table of a statement from its text.</summary>
internal static class StatementText
{
    /// <summary>EF Core's texts contain parameters, not values, so there are few. The limit bounds the memory if that changes.</summary>
    private const int MaxRemembered = 500;

    private static readonly ConcurrentDictionary<string, StatementKind?> _remembered = new(StringComparer.Ordinal);

    /// <returns>Null for a COMMIT, whatever is asked after it, and for statements that are none of SELECT, INSERT, UPDATE and DELETE on <c>events</c> or <c>bookings</c>.</returns>
    public static StatementKind? KindOf(string text)
    {
        if (_remembered.TryGetValue(text, out var kind))
        {
            return kind;
        }

        kind = text.StartsWith("COMMIT", StringComparison.Ordinal) ? null : Parse(text);
        if (_remembered.Count < MaxRemembered)
        {
            _remembered.TryAdd(text, kind);
        }

        return kind;
    }

    /// <summary>
    /// The first of the four operations, and the first table outside brackets (a subquery has its own), otherwise the first table.
    /// </summary>
    private static StatementKind? Parse(string text)
    {
        string? operation = null;
        string? inBrackets = null;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (!char.IsAsciiLetter(text[i]))
            {
                continue;
            }

            var start = i;
            while (i + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[i + 1]) || text[i + 1] == '_'))
            {
                i++;
            }

            var word = text[start..(i + 1)];
            operation ??= word.ToUpperInvariant() switch
            {
                "SELECT" => "select",
                "INSERT" => "insert",
                "UPDATE" => "update",
                "DELETE" => "delete",
                _ => null,
            };
            if (operation is null || word is not ("events" or "bookings"))
            {
                continue;
            }

            if (depth == 0)
            {
                return new(operation, word);
            }

            inBrackets ??= word;
        }

        return operation is not null && inBrackets is not null ? new(operation, inBrackets) : null;
    }
}

/// <summary>The operation and the table of a statement.</summary>
internal sealed record StatementKind(string Operation, string Table);
