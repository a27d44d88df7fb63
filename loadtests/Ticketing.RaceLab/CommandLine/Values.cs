using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Ticketing.RaceLab.CommandLine;

/// <summary>Options whose values are more than a number, each with an error that says what is expected.</summary>
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

            result.AddError($"{name} '{text}': a time such as 500ms, 10s or 2m is expected, from {Text(from)} to {Text(to)}.");
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

            result.AddError($"{name} '{text}': a whole number from {from} to {to} is expected.");
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
            result.AddError($"{name} '{wrong}': known are {string.Join(", ", words)}; several are separated by commas.");
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

            result.AddError($"{name} '{text}': whole numbers from {from} to {to} are expected, separated by commas.");
            return null;
        },
    };

    public static Option<double?> Rate() => new("--rate")
    {
        Description = "Open loop: so many orders a second, whatever the answers do. Latency counts from the intended start.",
        HelpName = "n",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is >= 0.1 and <= 1_000_000)
            {
                return rate;
            }

            result.AddError($"--rate '{text}': orders per second are expected, from 0.1 to 1000000.");
            return null;
        },
    };

    public static Option<Uri?> BaseUrl() => new("--base-url")
    {
        Description = "Drive a system that runs already, such as http://localhost:8000; nothing is started.",
        HelpName = "url",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp)
            {
                return address;
            }

            result.AddError($"--base-url '{text}': an address that begins with http:// is expected.");
            return null;
        },
    };

    public static Option<string> Out() => new("--out")
    {
        Description = "Folder for results.json and report.html.",
        HelpName = "folder",
        DefaultValueFactory = _ => Path.Combine("results", "race-lab"),
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

        static double? Parse(string number) =>
            double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < 1_000_000 ? value : null;
    }

    private static string? OneOf(ArgumentResult result, string name, IReadOnlyList<string> words)
    {
        var text = result.Tokens[0].Value;
        if (words.Contains(text))
        {
            return text;
        }

        result.AddError($"{name} '{text}': {string.Join(" or ", words)} is expected.");
        return null;
    }

    private static string Text(TimeSpan span) => span.TotalSeconds >= 1 || span == TimeSpan.Zero ? $"{span.TotalSeconds:0}s" : $"{span.TotalMilliseconds:0}ms";
}
