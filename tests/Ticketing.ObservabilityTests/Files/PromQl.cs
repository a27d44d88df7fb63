using System.Text.RegularExpressions;

namespace Ticketing.ObservabilityTests.Files;

/// <summary>Finds the names of metrics in a query, because Prometheus accepts a metric that does not exist.</summary>
internal static partial class PromQl
{
    private static readonly string[] _words = ["and", "or", "unless", "bool", "offset", "inf", "nan"];

    public static IEnumerable<string> MetricsIn(string query) => Name().Matches(NoMetrics().Replace(query, " "))
        .Select(match => match.Value).Except(_words, StringComparer.OrdinalIgnoreCase).Distinct();

    /// <summary>Comments, matchers, strings, ranges, and lists of labels.</summary>
    [GeneratedRegex(@"#.*|\{[^}]*\}|""[^""]*""|\[[^\]]*\]|\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex NoMetrics();

    /// <summary>A name that is not a function.</summary>
    [GeneratedRegex(@"(?<![\w:.])(?>[a-zA-Z_:][\w:]*)(?!\s*\()")]
    private static partial Regex Name();
}
