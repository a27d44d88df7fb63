using System.Text.RegularExpressions;
using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests;

public class RuleTests
{
    [Fact]
    [Trait("Run", "Full")]
    public async Task Promtool_accepts_the_configuration_and_every_rule()
    {
        await PromtoolAsync("check", "config", "--lint=all", "--lint-fatal", Path.Combine(Rules.Folder, "prometheus.yml"));
        await PromtoolAsync(["check", "rules", "--lint=all", "--lint-fatal", .. Directory.GetFiles(Path.Combine(Rules.Folder, "rules"))]);
    }

    [Fact]
    [Trait("Run", "Full")]
    public Task Every_case_of_the_alerts_holds() => PromtoolAsync(["test", "rules", .. Directory.GetFiles(Path.Combine(Rules.Folder, "tests"))]);

    [Fact]
    public void Every_alert_has_a_firing_and_a_quiet_case()
    {
        Rules.Alerts.Should().NotBeEmpty();
        foreach (var alert in Rules.Alerts.Where(alert => alert.Name != "Heartbeat")) // never quiet
        {
            var cases = Rules.Cases.Where(@case => @case.Alert == alert.Name).ToList();
            cases.Should().Contain(@case => @case.Severities.Contains(alert.Severity), "{0} needs a case in which it fires", alert);
            cases.Should().Contain(@case => !@case.Severities.Contains(alert.Severity), "{0} needs a case in which it is quiet", alert);
        }
    }

    [Fact]
    public void Every_alert_has_a_severity_a_summary_a_description_and_a_runbook()
    {
        foreach (var alert in Rules.Alerts)
        {
            alert.Severity.Should().BeOneOf(alert.Name == "Heartbeat" ? ["none"] : alert.Name == "RawErrorRate" ? ["info"] : ["warning", "critical"], "{0} needs one of these", alert);
            alert.Annotations.Keys.Should().BeEquivalentTo(["summary", "description", "runbook_url"], "{0} needs them", alert);
            alert.Annotations.Values.Should().NotContain(text => string.IsNullOrWhiteSpace(text), "{0} needs texts", alert);

            var page = Regex.Match(alert.Annotations["runbook_url"], @"^\{\{ \$externalURL \}\}/user/runbooks/([a-z-]+\.md)$").Groups[1].Value;
            Runbook.Signals.Select(runbook => runbook.Name).Should().Contain(page, "that is the page of {0}", alert);
            Runbook.Named(page).Alerts.Should().Contain(alert.Name, "{0} is its page", page);
        }

        Rules.Alerts.Should().OnlyHaveUniqueItems(alert => alert.ToString());
    }

    // The thresholds of the contract; the two alerts of the playbook are p95 > 3 s for 5 min and errors > 5 % for 2 min.
    [Theory]
    [InlineData("HighRequestRate", "warning", "job:http_requests_per_replica:rate1m > 800", "1m")]
    [InlineData("HighRequestRate", "critical", "job:http_requests_per_replica:rate1m > 1000", "1m")]
    [InlineData("HighRequestLatency", "warning", "job:http_request_duration_seconds:p95_rate1m > 1", "5m")]
    [InlineData("HighRequestLatency", "critical", "job:http_request_duration_seconds:p95_rate1m > 3", "5m")]
    [InlineData("TrafficBelowExpected", "warning", "job:http_requests:rate1m < 0.1 * max_over_time(job:http_requests:rate1m[15m])", "2m")]
    [InlineData("CpuIdleWhileQueueGrows", "warning", "http_request_queue_depth > 50", "30s")]
    [InlineData("RawErrorRate", "info", "sum by (job) (rate(http_requests_total{status=~\"4..|5..\"}[1m])) / job:http_requests:rate1m > 0.05", "2m")]
    [InlineData("HighErrorRate", "warning", "job:http_requests_errors:ratio_rate1m > 0.01", "2m")]
    [InlineData("HighErrorRate", "critical", "job:http_requests_errors:ratio_rate1m > 0.05", "2m")]
    [InlineData("HighCpuUsage", "warning", "avg_over_time(backend_cpu_usage_percent[1m]) > 80", "2m")]
    [InlineData("HighCpuUsage", "critical", "avg_over_time(backend_cpu_usage_percent[1m]) > 95", "2m")]
    [InlineData("SlowDatabase", "warning", "job_operation:db_query_duration_seconds:p95_rate1m > 0.1", "2m")]
    [InlineData("SlowDatabase", "critical", "job_operation:db_query_duration_seconds:p95_rate1m > 0.5", "2m")]
    [InlineData("ManyRequestsInProgress", "warning", "http_requests_inprogress{handler=\"/book\"} > 200", "1m")]
    [InlineData("ManyRequestsInProgress", "critical", "http_requests_inprogress{handler=\"/book\"} > 400", "1m")]
    [InlineData("TicketsRunningOut", "warning", "max by (job, event_id) (tickets_remaining) < 10", "")]
    [InlineData("TicketsOversold", "critical", "max by (job, event_id, strategy) (tickets_oversold) > 0", "")]
    [InlineData("HighMemoryUsage", "warning", "backend_memory_usage_bytes / 1024 / 1024 > 400", "2m")]
    [InlineData("HighMemoryUsage", "critical", "backend_memory_usage_bytes / 1024 / 1024 > 500", "2m")]
    [InlineData("ConnectionPoolNearlyUsedUp", "warning", "db_connection_pool_used / db_connection_pool_size > 0.8", "1m")]
    [InlineData("ConnectionPoolNearlyUsedUp", "critical", "db_connection_pool_used / db_connection_pool_size > 0.95", "1m")]
    [InlineData("LongBookingQueue", "warning", "http_request_queue_depth > 50", "1m")]
    [InlineData("LongBookingQueue", "critical", "http_request_queue_depth > 200", "1m")]
    [InlineData("LowCacheHitRate", "warning", "job_cache:cache_hits:ratio_rate1m < 0.8", "5m")]
    [InlineData("DatabaseConnectionErrors", "warning", "sum by (job, instance) (increase(db_connection_errors_total[1m])) > 0", "")]
    [InlineData("DatabaseUnreachable", "critical", "sum by (job, instance) (increase(db_connection_errors_total[30s])) > 0", "1m")]
    public void Every_threshold_of_the_contract_has_an_alert(string name, string severity, string begins, string after)
    {
        var alert = Rules.Alerts.Should().ContainSingle(alert => alert.Name == name && alert.Severity == severity).Which;
        (alert.Expression.Split('\n')[0], alert.For).Should().Be((begins, after));
    }

    internal static Task<string> PromtoolAsync(params string[] arguments) => ManagedProcess.RunAsync(
        ManagedProcess.Find("promtool") ?? throw new InvalidOperationException("promtool is not installed: apt-get install prometheus"), arguments);
}
