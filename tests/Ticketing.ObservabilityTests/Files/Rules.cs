using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Files;

/// <summary>The rules in <c>deploy/prometheus</c>, and their cases.</summary>
internal static class Rules
{
    public static string Folder { get; } = Repository.File("deploy", "prometheus");

    public static IReadOnlyList<AlertRule> Alerts { get; } =
    [
        .. All().Where(rule => rule.Text("alert") != "").Select(rule => new AlertRule(
            rule.Text("alert"), rule.Map("labels").GetValueOrDefault("severity", ""), rule.Text("expr"), rule.Text("for"), rule.Map("annotations"))),
    ];

    public static IReadOnlyList<RecordingRule> Recordings { get; } =
        [.. All().Where(rule => rule.Text("record") != "").Select(rule => new RecordingRule(rule.Text("record"), rule.Text("expr")))];

    /// <summary>The expectations of the cases of <c>promtool test rules</c>.</summary>
    public static IReadOnlyList<AlertCase> Cases { get; } =
    [
        .. from file in Directory.GetFiles(Path.Combine(Folder, "tests"), "*.yml")
           from unit in Yaml.Read(file).List("tests")
           from test in unit.List("alert_rule_test")
           select new AlertCase(test.Text("alertname"), [.. test.List("exp_alerts").Select(alert => alert.Map("exp_labels")["severity"])]),
    ];

    private static IEnumerable<JsonElement> All() =>
        from file in Directory.GetFiles(Path.Combine(Folder, "rules"), "*.yml")
        from @group in Yaml.Read(file).List("groups")
        from rule in @group.List("rules")
        select rule;
}

internal sealed record AlertRule(string Name, string Severity, string Expression, string For, IReadOnlyDictionary<string, string> Annotations)
{
    public override string ToString() => $"{Name} ({Severity})";
}

internal sealed record RecordingRule(string Name, string Expression);

/// <summary>The severities at which an alert is expected to fire at one moment of a case; none for a quiet case.</summary>
internal sealed record AlertCase(string Alert, IReadOnlyList<string> Severities);
