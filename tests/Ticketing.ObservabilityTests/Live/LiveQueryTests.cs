using System.Text.RegularExpressions;
using MySqlConnector;
using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Live;

/// <summary>Runs every query of dashboard, rules and runbooks on a real Prometheus, and every statement on a real MariaDB.</summary>
[Collection(AfterLoad.Name)]
[Trait("Run", "Full")]
public sealed class LiveQueryTests(LoadedSystem system)
{
    /// <summary>What only Kubernetes exports: ScalingDashboardTests runs these queries on what is exported there.</summary>
    private const string Kubernetes = "Kubernetes";

    /// <summary>Prometheus's own, and what only a system with a replica of the database exports: ReadReplicaTests reads it there.</summary>
    private static readonly string[] _notScraped = ["ALERTS", "db_replica_lag_seconds"];

    public static IEnumerable<object[]> Panels => Dashboard.All.SelectMany(dashboard =>
        dashboard.Panels.Except(dashboard.Row(Kubernetes)).Where(panel => panel.Queries.Count > 0).Select(panel => new object[] { dashboard.ToString(), panel.Title }));

    public static TheoryData<string> Variables => [.. Dashboard.Booking.Variables.Where(variable => variable.Text("type") == "query").Select(variable => variable.Text("definition"))];

    public static TheoryData<string> PagesWithQueries => [.. Runbook.With(page => page.Queries)];

    public static TheoryData<string> PagesWithStatements => [.. Runbook.With(page => page.Statements)];

    [Theory]
    [MemberData(nameof(Panels))]
    public async Task A_panel_has_data(string uid, string title)
    {
        var values = new List<double>();
        foreach (var query in Dashboard.Of(uid).Panels.Single(panel => panel.Title == title).Queries)
        {
            var series = await AskAsync(Dashboard.Resolve(query));
            series.Should().NotBeEmpty("{0} asks for {1}", title, query);
            values.AddRange(series.Select(one => one.Value));
        }

        values.Should().Contain(value => double.IsFinite(value), "{0} must have something to show", title);
    }

    [Theory]
    [MemberData(nameof(Variables))]
    public async Task A_variable_of_the_dashboard_has_values(string definition)
    {
        var parts = Regex.Match(Dashboard.Resolve(definition), @"^label_values\((.+), (\w+)\)$");

        (await system.Prometheus.LabelValuesAsync(parts.Groups[2].Value, parts.Groups[1].Value)).Should().NotBeEmpty();
    }

    [Fact]
    public async Task The_critical_alerts_are_marked_on_the_dashboard()
    {
        var query = Dashboard.Booking.Json.GetProperty("annotations").List("list").Select(annotation => annotation.Text("expr")).Single(expr => expr != "");

        (await AskAsync(query)).Select(series => series.Labels["alertname"]).Should().Contain("TicketsOversold");
    }

    // The queries of the contract, word for word: they must keep working, whatever the dashboard shows.
    [Theory]
    [InlineData("sum(rate(http_requests_total[1m]))")]
    [InlineData("histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[1m])))")]
    [InlineData("sum(rate(http_requests_total{status=~\"4..|5..\"}[1m])) / sum(rate(http_requests_total[1m]))")]
    [InlineData("backend_cpu_usage_percent")]
    [InlineData("histogram_quantile(0.95, sum by (le, operation) (rate(db_query_duration_seconds_bucket[1m])))")]
    [InlineData("http_requests_inprogress{handler=\"/book\"}")]
    [InlineData("max by (event_id) (tickets_remaining)")]
    [InlineData("backend_memory_usage_bytes / 1024 / 1024")]
    [InlineData("sum(rate(booking_attempts_total{status=\"success\"}[1m])) / sum(rate(booking_attempts_total[1m]))")]
    [InlineData("db_connection_pool_used / db_connection_pool_size")]
    [InlineData("db_connection_pool_available")]
    [InlineData("histogram_quantile(0.95, sum by (le) (rate(db_connection_wait_duration_seconds_bucket[1m])))")]
    [InlineData("increase(db_connection_errors_total[5m])")]
    [InlineData("http_request_queue_depth")]
    [InlineData("histogram_quantile(0.95, sum by (le) (rate(http_request_queue_duration_seconds_bucket[1m])))")]
    [InlineData("worker_utilization_percent")]
    [InlineData("sum by (cache) (rate(cache_hits_total[1m]))")]
    [InlineData("sum by (cache) (rate(cache_misses_total[1m]))")]
    [InlineData("tickets_oversold > 0")]
    [InlineData("sum by (handler) (rate(http_requests_total[1m]))")]
    [InlineData("histogram_quantile(0.95, sum by (le, handler) (rate(http_request_duration_seconds_bucket[1m])))")]
    [InlineData("sum(rate(http_requests_total{status=~\"5..\"}[1m])) / sum(rate(http_requests_total[1m]))")]
    [InlineData("sum by (operation, table) (rate(db_query_duration_seconds_count[1m]))")]
    [InlineData("max_over_time(http_requests_inprogress{handler=\"/book\"}[5m])")]
    [InlineData("db_connections_total")]
    [InlineData("db_connection_pool_utilization")]
    public async Task A_query_of_the_contract_has_data(string query) =>
        (await AskAsync(query)).Should().NotBeEmpty().And.Contain(series => double.IsFinite(series.Value));

    [Fact]
    public async Task Every_query_of_the_guide_to_the_metrics_is_valid()
    {
        var queries = MetricsGuideTests.Queries.ToList();
        queries.Should().HaveCountGreaterThan(20);
        foreach (var query in queries)
        {
            await AskAsync(query);
        }
    }

    [Fact]
    public async Task Every_rule_is_evaluated_and_every_recorded_series_exists()
    {
        var rules = (await system.Prometheus.GetAsync("/api/v1/rules")).List("groups").SelectMany(group => group.List("rules")).ToList();

        rules.Should().HaveCount(Rules.Alerts.Count + Rules.Recordings.Count)
            .And.OnlyContain(rule => rule.Text("health") == "ok", "{0}", string.Join("; ", rules.Select(rule => rule.Text("lastError"))));
        foreach (var recording in Rules.Recordings)
        {
            (await AskAsync(recording.Name)).Should().NotBeEmpty("{0} is {1}", recording.Name, recording.Expression);
        }

        foreach (var alert in Rules.Alerts)
        {
            await AskAsync(alert.Expression);
        }
    }

    [Theory]
    [MemberData(nameof(PagesWithQueries))]
    public async Task Every_query_of_a_runbook_is_valid(string page)
    {
        foreach (var query in Runbook.Named(page).Queries)
        {
            await AskAsync(query);
        }
    }

    [Theory]
    [MemberData(nameof(PagesWithStatements))]
    public async Task Every_statement_of_a_runbook_runs_on_the_database(string page)
    {
        await using var connection = new MySqlConnection(system.ConnectionString + ";AllowUserVariables=true");
        await connection.OpenAsync();
        foreach (var statement in Runbook.Named(page).Statements)
        {
            await using var command = new MySqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task The_runbook_of_a_firing_alert_is_one_click_away()
    {
        var alerts = (await system.Prometheus.AlertsAsync()).Where(alert => alert.IsFiring).ToList();

        alerts.Should().Contain(alert => alert.Name == "TicketsOversold");
        foreach (var alert in alerts)
        {
            (await system.Prometheus.ReadPageAsync(new Uri(alert.Annotations["runbook_url"]))).Should().Contain($"`{alert.Name}`");
        }
    }

    [Fact]
    public async Task Only_the_provoked_alerts_fire()
    {
        List<string> provoked = ["TicketsOversold", "HighErrorRate", "HighCpuUsage"]; // the load is light, but the machine may be small
        if ((await system.Prometheus.QueryAsync("sum(http_requests_total{status=~\"5..\"})")).Single().Value > 0)
        {
            provoked.Add("ErrorBudgetBurnsFast"); // on a slow machine, buyers by row_version may be answered busy
        }

        var alerts = await system.Prometheus.AlertsAsync();

        alerts.Where(alert => alert.IsFiring && alert.Labels["severity"] == "critical").Select(alert => alert.Name).Distinct().Should().BeSubsetOf(provoked);
    }

    /// <summary>Runs a query, after checking that something that is scraped exports every metric in it.</summary>
    private async Task<IReadOnlyList<Series>> AskAsync(string query)
    {
        var exported = await system.Prometheus.LabelValuesAsync("__name__", "{job!=\"\"}");
        PromQl.MetricsIn(query).Except(exported).Should().BeSubsetOf(_notScraped, "{0} asks for metrics that exist", query);
        return await system.Prometheus.QueryAsync(query, system.Measured);
    }
}
