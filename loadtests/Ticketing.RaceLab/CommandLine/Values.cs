using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Ticketing.RaceLab.CommandLine;

/// <summary>Parsers of option values, each with an error that says what is expected.</summary>
internal static class Values
{
    private static readonly (string Suffix, double Seconds)[] _units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Such as 500ms, 10s, 2m; a number alone is seconds.</summary>
    public static Option<TimeSpan?> Duration(string name, string description, TimeSpan from, TimeSpan to) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (ParseDuration(text) is { } parsed && parsed >= from && parsed <= to)
            {
                return parsed;
            }

            result.AddError($"{name} '{text}': expected a duration such as 500ms, 10s or 2m, from {Text(from)} to {Text(to)}.");
            return null;
        },
    };

    public static Option<int?> Number(string name, string description, int from, int to) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to)
            {
                return number;
            }

            result.AddError($"{name} '{text}': expected a whole number from {from} to {to}.");
            return null;
        },
    };

    /// <summary>One of several words.</summary>
    public static Option<string?> Word(string name, string description, params IReadOnlyList<string> words) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', words),
        CustomParser = result => OneOf(result, name, words),
    };

    /// <summary>Several of several words, separated by commas.</summary>
    public static Option<IReadOnlyList<string>?> Words(string name, string description, IReadOnlyList<string> words) => new(name)
    {
        Description = description,
        HelpName = "a,b,…",
        CustomParser = result =>
        {
            var given = result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (given.Length > 0 && given.All(words.Contains))
            {
                return given;
            }

            var wrong = given.FirstOrDefault(word => !words.Contains(word)) ?? "";
            result.AddError($"{name} '{wrong}': expected one or more of {string.Join(", ", words)}, separated by commas.");
            return null;
        },
    };

    /// <summary>Several whole numbers, separated by commas.</summary>
    public static Option<IReadOnlyList<int>?> Numbers(string name, string description, int from, int to) => new(name)
    {
        Description = description,
        HelpName = "n,n,…",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var numbers = text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToList();
            if (numbers.All(number => number >= from && number <= to))
            {
                return numbers;
            }

            result.AddError($"{name} '{text}': expected whole numbers from {from} to {to}, separated by commas.");
            return null;
        },
    };

    /// <summary>Several existing files, separated by commas.</summary>
    public static Option<IReadOnlyList<string>?> Files(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "path,path,…",
        CustomParser = result =>
        {
            var paths = result.Tokens[0].Value.Split(',').ToList();
            if (paths.Find(path => !File.Exists(path)) is not { } missing)
            {
                return paths;
            }

            result.AddError($"{name} '{missing}': there is no such file.");
            return null;
        },
    };

    public static Option<double?> Rate() => Positive(
        "--rate", "Open loop: this many orders per second, whatever the response times. Latency counts from the intended start.", 0.1, 1_000_000);

    /// <summary>A number that may have decimals.</summary>
    public static Option<double?> Positive(string name, string description, double from, double to) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (ParseNumber(text) is { } number && number >= from && number <= to)
            {
                return number;
            }

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} '{text}': expected a number from {from} to {to}."));
            return null;
        },
    };

    /// <summary>Several of several names, each with a number.</summary>
    public static Option<IReadOnlyDictionary<string, double>?> Assignments(string name, string description, IReadOnlyList<string> names) => new(name)
    {
        Description = description,
        HelpName = "name=n,…",
        CustomParser = result =>
        {
            var parts = result.Tokens[0].Value.Split(',').Select(part => part.Split('=')).ToList();
            if (parts.Find(part => part.Length != 2 || !names.Contains(part[0]) || ParseNumber(part[1]) is null) is not { } wrong)
            {
                return parts.GroupBy(part => part[0]).ToDictionary(group => group.Key, group => ParseNumber(group.Last()[1])!.Value);
            }

            result.AddError($"{name} '{string.Join('=', wrong)}': expected name=number, separated by commas, with the names {string.Join(", ", names)}.");
            return null;
        },
    };

    public static Option<Uri?> BaseUrl() => new("--base-url")
    {
        Description = "Drive a running system, for example http://localhost:8000; the lab starts nothing.",
        HelpName = "url",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp)
            {
                return address;
            }

            result.AddError($"--base-url '{text}': expected an address that begins with http://.");
            return null;
        },
    };

    public static Option<string?> Out() => new("--out")
    {
        Description = "Folder for results.json and report.html. [default: one for each run in results/race-lab]",
        HelpName = "folder",
    };

    public static TimeSpan? ParseDuration(string text)
    {
        foreach (var (suffix, seconds) in _units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal) && Parse(text[..^suffix.Length]) is { } number)
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        return Parse(text) is { } plain ? TimeSpan.FromSeconds(plain) : null;

        static double? Parse(string number) => ParseNumber(number) is { } value && value < 1_000_000 ? value : null;
    }

    private static double? ParseNumber(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string? OneOf(ArgumentResult result, string name, IReadOnlyList<string> words)
    {
        var text = result.Tokens[0].Value;
        if (words.Contains(text))
        {
            return text;
        }

        result.AddError($"{name} '{text}': expected {string.Join(" or ", words)}.");
        return null;
    }

    private static string Text(TimeSpan span) => span.TotalSeconds >= 1 || span == TimeSpan.Zero ? $"{span.TotalSeconds:0}s" : $"{span.TotalMilliseconds:0}ms";
}
