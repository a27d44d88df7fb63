using System.Globalization;
using System.Text.Json;
using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests;

/// <summary>
/// What the dashboard shows while replicas are added: the load rises, the autoscaler wants five instead of three, which is the most, and forty seconds later they are ready.
/// Two answers are 503 while the number of replicas changes, and many long before.
/// </summary>
public sealed class ScalingDashboardTests
{
    /// <summary>As Prometheus's own tool reads it. The names are those of kube-state-metrics.</summary>
    /// <seealso href="https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics"/>
    private const string Series =
        """
              - series: kube_horizontalpodautoscaler_status_desired_replicas{namespace="ticketing",horizontalpodautoscaler="backend"}
                values: 3x20 5x39
              - series: kube_horizontalpodautoscaler_spec_max_replicas{namespace="ticketing",horizontalpodautoscaler="backend"}
                values: 5x59
              - series: kube_deployment_status_replicas_ready{namespace="ticketing",deployment="backend"}
                values: 3x24 5x35
              - series: up{job="ticketing",instance="a:8000"}
                values: 1x59
              - series: up{job="ticketing",instance="b:8000"}
                values: _x24 1x35
              - series: http_requests_total{job="ticketing",instance="a:8000",handler="/book",status="200"}
                values: 0+3000x10 30000+9000x14 156000+3000x35
              - series: http_requests_total{job="ticketing",instance="b:8000",handler="/book",status="200"}
                values: _x24 0+3000x35
              - series: http_requests_total{job="ticketing",instance="a:8000",handler="/book",status="503"}
                values: 0x2 60x23 62x36
              - series: haproxy_frontend_http_responses_total{proxy="edge",code="5xx"}
                values: 0x59
              - series: backend_cpu_usage_percent{job="ticketing",instance="a:8000"}
                values: 30x59
        """;

    [Theory]
    [Trait("Run", "Full")]
    [InlineData("Time to scale", "5m50s", 40)]
    [InlineData("Time at the most replicas", "5m50s", 145)]
    [InlineData("503 while scaling", "5m50s", 2)]
    [InlineData("Changes of the number of replicas", "5m50s", 1)]
    public async Task A_figure_is_right(string title, string at, double expected)
    {
        var panel = Dashboard.Scaling.Panels.Single(panel => panel.Title == title);
        using var folder = new TemporaryFolder();
        var cases = folder.File("scaling.yml");
        await File.WriteAllTextAsync(cases, string.Create(CultureInfo.InvariantCulture, $$"""
            rule_files: [{{JsonSerializer.Serialize(Repository.File("deploy", "prometheus", "rules", "recording.yml"))}}]
            evaluation_interval: 5s
            tests:
              - interval: 10s
                input_series:
            {{Series}}
                promql_expr_test:
                  - expr: {{JsonSerializer.Serialize($"round({Dashboard.Resolve(panel.Queries[0])})")}}
                    eval_time: {{at}}
                    exp_samples: [{ labels: "{}", value: {{expected}} }]

            """));

        await RuleTests.PromtoolAsync("test", "rules", cases);
    }
}
