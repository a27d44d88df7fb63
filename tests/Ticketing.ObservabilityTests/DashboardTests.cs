using System.Text.Json;
using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests;

/// <summary>What Grafana would reject, or show wrongly.</summary>
public class DashboardTests
{
    public static TheoryData<string> Dashboards => [.. Dashboard.All.Select(dashboard => dashboard.ToString())];

    private static readonly string[] _units = ["none", "s", "ops", "reqps", "percent", "percentunit", "mbytes", "suffix: ×"];

    [Fact]
    public void The_dashboard_of_the_sale_matches_the_contract()
    {
        Dashboard.Booking.Json.Text("uid").Should().Be("ticket-booking-metrics");
        Dashboard.Booking.Json.Text("title").Should().Be("Concert Ticket Booking");
        Dashboard.Booking.Panels.Should().HaveCountGreaterThanOrEqualTo(16);
        Dashboard.Booking.Panels.Should().Contain(panel => panel.Type == "alertlist");
        Dashboard.Booking.Everything.Where(panel => panel.Type == "row").Select(row => row.Title).Should().Equal(
            "At a glance", "Business", "Requests: rate, errors, duration", "Database and connection pool", "Queue, batches and caches", "Process and runtime", "Edge");
        Dashboard.Booking.Variables.Select(variable => variable.Text("name")).Should().Contain(["job", "instance", "handler", "event"]);
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void It_can_be_provisioned(string uid)
    {
        var json = Dashboard.Of(uid).Json;
        json.GetProperty("schemaVersion").GetInt32().Should().BeGreaterThanOrEqualTo(39, "that is Grafana 11");
        json.TryGetProperty("__inputs", out _).Should().BeFalse("nobody can answer when it is provisioned");
        json.Text("title").Should().NotBeEmpty();
        File.ReadAllText(Repository.File("dashboards", "kustomization.yaml")).Should().Contain(Path.GetFileName(Dashboard.Of(uid).File));
    }

    [Fact]
    public void The_first_row_has_the_panels_of_the_source_system_by_name_and_kind() =>
        Dashboard.Booking.Row("At a glance").Select(panel => (panel.Title, panel.Type, panel.Json.GetProperty("fieldConfig").GetProperty("defaults").Text("unit"))).Should().Equal(
            ("Request Rate", "timeseries", "reqps"),
            ("P95 Response Time", "timeseries", "s"),
            ("Error Rate", "gauge", "percentunit"),
            ("Backend CPU Usage", "gauge", "percent"),
            ("Database Latency (p95)", "timeseries", "s"),
            ("Tickets Remaining", "gauge", "none"),
            ("Concurrent Requests", "timeseries", "none"));

    /// <summary>The types are those of <c>@grafana/schema</c>.</summary>
    [Fact]
    [Trait("Run", "Full")]
    public async Task Grafanas_own_types_fit_and_reject_a_misspelt_dashboard()
    {
        var schema = new NodeProject("tests", "Ticketing.ObservabilityTests", "schema");
        using var folder = new TemporaryFolder();
        var misspelt = folder.File("misspelt.json");
        await File.WriteAllTextAsync(misspelt, (await File.ReadAllTextAsync(Dashboard.Booking.File)).Replace("\"lineInterpolation\": \"linear\"", "\"lineInterpolation\": \"liner\"", StringComparison.Ordinal));

        foreach (var dashboard in Dashboard.All)
        {
            await schema.RunAsync("node", "check.js", dashboard.File);
        }

        var rejected = await FluentActions.Awaiting(() => schema.RunAsync("node", "check.js", misspelt)).Should().ThrowAsync<InvalidOperationException>();

        rejected.Which.Message.Should().Contain("liner");
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void No_two_panels_share_an_id_a_title_or_a_position(string uid)
    {
        var dashboard = Dashboard.Of(uid);
        dashboard.Everything.Should().OnlyHaveUniqueItems(panel => panel.Id);
        dashboard.Panels.Should().OnlyHaveUniqueItems(panel => panel.Title);
        foreach (var panel in dashboard.Everything)
        {
            dashboard.Everything.Where(other => other.Id != panel.Id && panel.Overlaps(other)).Should().BeEmpty("{0} is there", panel);
            (panel.Place.GetProperty("x").GetInt32() + panel.Place.GetProperty("w").GetInt32()).Should().BeLessThanOrEqualTo(24, "{0} must fit", panel);
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Every_panel_has_a_description_a_runbook_and_a_unit(string uid)
    {
        var dashboard = Dashboard.Of(uid);
        foreach (var panel in dashboard.Panels)
        {
            panel.Json.Text("description").Should().NotBeNullOrWhiteSpace("{0} needs one", panel);
            panel.Json.List("links").Select(link => link.Text("url")).Should().NotBeEmpty("{0} needs a runbook", panel);
            if (panel.Type != "alertlist")
            {
                var defaults = panel.Json.GetProperty("fieldConfig").GetProperty("defaults");
                defaults.Text("unit").Should().BeOneOf(_units, "{0} needs a unit that Grafana knows", panel);
                panel.Queries.Should().NotBeEmpty("{0} needs a query", panel);
                panel.Json.List("targets").Should().OnlyHaveUniqueItems(target => target.Text("refId"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Every_link_to_a_runbook_leads_to_a_page(string uid)
    {
        var dashboard = Dashboard.Of(uid);
        var links = dashboard.Panels.SelectMany(panel => panel.Json.List("links")).Concat(dashboard.Json.List("links")).Select(link => link.Text("url"));

        links.Should().OnlyContain(link => link.StartsWith("${runbooks}/", StringComparison.Ordinal))
            .And.Subject.Select(link => link["${runbooks}/".Length..]).Should().BeSubsetOf(Runbook.All.Select(page => page.Name));
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Every_data_source_is_the_provisioned_one(string uid)
    {
        var dashboard = Dashboard.Of(uid);
        var provisioned = Yaml.Read(Repository.File("deploy", "grafana", "provisioning", "datasources", "prometheus.yml")).List("datasources").Single();
        var known = new[] { (provisioned.Text("type"), provisioned.Text("uid")), ("grafana", "-- Grafana --") };

        Named(dashboard.Json, "datasource").Where(source => source.ValueKind == JsonValueKind.Object)
            .Select(source => (source.Text("type"), source.Text("uid"))).Should().NotBeEmpty().And.BeSubsetOf(known);

        // Only the alert list names its source by its title.
        Named(dashboard.Json, "datasource").Where(source => source.ValueKind == JsonValueKind.String)
            .Select(source => source.GetString()).Should().Equal(dashboard.Panels.Where(panel => panel.Type == "alertlist").Select(_ => provisioned.Text("name")));
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Every_variable_that_a_panel_uses_exists(string uid)
    {
        var dashboard = Dashboard.Of(uid);
        var known = dashboard.Variables.Select(variable => variable.Text("name")).Append("__range");

        dashboard.Panels.SelectMany(panel => panel.Queries)
            .SelectMany(query => System.Text.RegularExpressions.Regex.Matches(query, @"\$(\w+)").Select(match => match.Groups[1].Value))
            .Should().NotBeEmpty().And.BeSubsetOf(known);
    }

    [Theory]
    [InlineData("Requests per second", 800, 1000)]
    [InlineData("Request duration", 1, 3)]
    [InlineData("Errors by kind", 0.01, 0.05)]
    [InlineData("Request Rate", 800, 1000)]
    [InlineData("P95 Response Time", 1, 3)]
    [InlineData("Error Rate", 0.01, 0.05)]
    [InlineData("Backend CPU Usage", 80, 95)]
    [InlineData("Database Latency (p95)", 0.1, 0.5)]
    [InlineData("Concurrent Requests", 200, 400)]
    [InlineData("CPU", 80, 95)]
    [InlineData("Database duration by operation (p95)", 0.1, 0.5)]
    [InlineData("Requests in progress", 200, 400)]
    [InlineData("Memory", 400, 500)]
    [InlineData("Connection pool use", 0.8, 0.95)]
    [InlineData("Booking queue", 50, 200)]
    public void Threshold_lines_are_drawn_where_the_alerts_fire(string title, double warning, double critical)
    {
        var panel = Dashboard.Booking.Panels.Should().ContainSingle(panel => panel.Title == title).Which;

        panel.Json.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("thresholds").List("steps").Skip(1)
            .Select(step => step.GetProperty("value").GetDouble()).Should().Equal(warning, critical);
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Every_panel_is_explained_in_the_readme(string uid)
    {
        var dashboard = Dashboard.Of(uid);
        var page = File.ReadAllText(Repository.File("dashboards", "README.md"));

        foreach (var panel in dashboard.Panels)
        {
            page.Should().Contain($"| **{panel.Title}** |", "that is where {0} is explained", panel);
        }
    }

    private static IEnumerable<JsonElement> Named(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => property.Name == name ? [property.Value] : Named(property.Value, name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Named(item, name)),
        _ => [],
    };
}
