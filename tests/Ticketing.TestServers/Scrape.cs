using System.Globalization;
using System.Text.RegularExpressions;

namespace Ticketing.TestServers;

/// <summary>What <c>/metrics</c> answered, in either of its two formats, taken apart.</summary>
public sealed partial class Scrape
{
    private Scrape(string text, IReadOnlyDictionary<string, string> types, IReadOnlyList<Sample> samples)
    {
        Text = text;
        Types = types;
        Samples = samples;
    }

    public string Text { get; }

    /// <summary>The type of each family.</summary>
    public IReadOnlyDictionary<string, string> Types { get; }

    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>Asks for the format that a Prometheus of version 2.5 or later prefers, or for the plain one.</summary>
    public static async Task<Scrape> OfAsync(HttpClient client, bool openMetrics = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", openMetrics ? "application/openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4");
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return Parse(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Adds a metric up over several processes; one that does not have it counts 0.</summary>
    public static async Task<double> SumAsync(IEnumerable<ApiProcess> processes, string name, params IReadOnlyCollection<(string Name, string Value)> labels)
    {
        var scrapes = await Task.WhenAll(processes.Select(process => OfAsync(process.Client)));
        return scrapes.Sum(scrape => scrape.Find(name, labels) ?? 0);
    }

    public static Scrape Parse(string text)
    {
        var types = new Dictionary<string, string>();
        var samples = new List<Sample>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                types.Add(words[2], words[3]);
            }
            else if (!line.StartsWith('#'))
            {
                samples.Add(ParseSample(line));
            }
        }

        return new(text, types, samples);
    }

    /// <summary>The sum of a metric over all sets of labels that have these values; null when there is none.</summary>
    /// <param name="name">The sample's name, such as <c>http_requests_total</c>.</param>
    /// <param name="labels">Such as <c>("handler", "/book")</c>.</param>
    public double? Find(string name, params IReadOnlyCollection<(string Name, string Value)> labels)
    {
        var found = Samples
            .Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value))
            .ToList();
        return found.Count == 0 ? null : found.Sum(sample => sample.Value);
    }

    private static Sample ParseSample(string line)
    {
        var match = SampleLine().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"Not a sample: {line}");
        }

        var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value);
        var value = match.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var number => double.Parse(number, CultureInfo.InvariantCulture),
        };
        return new(match.Groups["name"].Value, labels, value);
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([^"}]|"([^"\\]|\\.)*")*)\})? (?<value>\S+)""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex Label();
}

/// <summary>One line of a scrape.</summary>
public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
