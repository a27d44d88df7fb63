using System.Text;
using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests;

/// <summary>The alert rules exist once, for Prometheus; the resource of the Prometheus operator is generated from them.</summary>
public sealed class OperatorRulesTests
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

        (await File.ReadAllTextAsync(_resource)).Should().Be(expected, $"a change of the rules must be committed: {Update}=1 dotnet test --filter OperatorRules writes it");
    }

    private static string Generate()
    {
        var groups = Directory.EnumerateFiles(Path.Combine(Rules.Folder, "rules"), "*.yml").Order(StringComparer.Ordinal).SelectMany(Groups).ToList();
        groups.Should().NotBeEmpty();

        var text = new StringBuilder();
        text.Append("# Generated from deploy/prometheus/rules by the tests, see OperatorRulesTests.\n");
        text.Append("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: ticketing\nspec:\n");
        text.Append("  groups:\n");
        groups.ForEach(line => text.Append(line.Length == 0 ? "" : "  ").Append(line).Append('\n'));
        return text.ToString();
    }

    /// <summary>What stands below "groups:", line by line.</summary>
    private static IEnumerable<string> Groups(string file) =>
        File.ReadAllText(file).TrimEnd().Split('\n').SkipWhile(line => line.TrimEnd() != "groups:").Skip(1);
}
