using System.Text.RegularExpressions;
using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests;

/// <summary>The guide to the metrics names what there is, and all of it.</summary>
public partial class MetricsGuideTests
{
    private static readonly string _guide = File.ReadAllText(Repository.File("dashboards", "METRICS.md"));

    /// <summary>The queries of the guide, for the tests that run them.</summary>
    public static IEnumerable<string> Queries => Block().Matches(_guide).SelectMany(block => block.Groups[1].Value.Split("\n\n")).Select(query => query.Trim());

    [Fact]
    public void Every_metric_of_the_program_is_explained()
    {
        var exported = File.ReadLines(Repository.File("tests", "Ticketing.IntegrationTests", "Telemetry", "scrape.golden.txt"))
            .Select(line => line.Split(' ', '{')[1]).Distinct().ToList();

        Headings().Select(heading => heading.Split('{')[0]).Should().Contain(exported).And.HaveCountGreaterThan(20);
    }

    [Fact]
    public void Every_metric_has_its_reasons_its_limits_and_a_query()
    {
        foreach (var section in _guide.Split("\n### ").Skip(1))
        {
            section.Should().ContainAll("**Why:**", "**Healthy:**", "**Not healthy:**", "**Panels:**", "**Alerts:**", "```promql");
        }
    }

    [Fact]
    public void Every_panel_and_every_alert_that_it_names_exists_and_none_is_forgotten()
    {
        var panels = Lines("Panels").SelectMany(line => Panel().Matches(line).Select(match => match.Groups[1].Value)).ToList();
        panels.Should().NotBeEmpty().And.BeSubsetOf(Dashboard.Booking.Panels.Select(panel => panel.Title));

        var alerts = Lines("Alerts").SelectMany(line => Code().Matches(line).Select(match => match.Groups[1].Value)).ToList();
        alerts.Should().NotBeEmpty().And.BeSubsetOf(Rules.Alerts.Select(alert => alert.Name));
        Dashboard.Booking.Row("At a glance").Select(panel => panel.Title).Should().BeSubsetOf(panels, "the guide leads to the first row");
    }

    private static IEnumerable<string> Headings() => Heading().Matches(_guide).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Lines(string name) => _guide.Split('\n').Where(line => line.StartsWith($"- **{name}:**", StringComparison.Ordinal));

    [GeneratedRegex(@"^### .+: `(.+)`$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\*([A-Z][^*]+)\*(?!\*)")]
    private static partial Regex Panel();

    [GeneratedRegex("`([A-Z][A-Za-z]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^```promql\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
