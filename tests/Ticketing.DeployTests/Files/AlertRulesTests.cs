using System.Text;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>The alert rules exist once, for Prometheus; the Prometheus operator's resource is written from them.</summary>
public sealed class AlertRulesTests
{
    private const string Update = "UPDATE_RULES";

    private static readonly string _resource = Repository.File("deploy", "kubernetes", "components", "monitoring", "prometheus-rule.yaml");

    [Fact]
    public async Task The_operators_resource_has_the_rules_of_Prometheus()
    {
        var expected = Generate();
        if (Environment.GetEnvironmentVariable(Update) is not null)
        {
            await File.WriteAllTextAsync(_resource, expected);
        }

        (await File.ReadAllTextAsync(_resource)).Should().Be(expected, $"a change of the rules must be committed: {Update}=1 dotnet test --filter AlertRules writes it");
        Manifests.Read(expected).Should().ContainSingle().Which.Should().BeOfType<PrometheusRule>();
    }

    private static string Generate()
    {
        var folder = Repository.File("deploy", "prometheus", "rules");
        var groups = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.yml").Order(StringComparer.Ordinal).SelectMany(Groups).ToList()
            : [];

        var text = new StringBuilder();
        text.Append("# Written from deploy/prometheus/rules by the tests, see AlertRulesTests.\n");
        text.Append("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: ticketing\nspec:\n");
        text.Append(groups.Count == 0 ? "  groups: []\n" : "  groups:\n");
        groups.ForEach(line => text.Append(line.Length == 0 ? "" : "  ").Append(line).Append('\n'));
        return text.ToString();
    }

    /// <summary>What stands below "groups:", line by line.</summary>
    private static IEnumerable<string> Groups(string file) =>
        File.ReadAllText(file).TrimEnd().Split('\n').SkipWhile(line => line.TrimEnd() != "groups:").Skip(1);
}
