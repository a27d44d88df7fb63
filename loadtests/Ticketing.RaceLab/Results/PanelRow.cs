using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Results;

/// <summary>The first row of the dashboard: the panels that the pictures show, with the queries that Grafana would send.</summary>
public static class PanelRow
{
    private static readonly string[] _filters = ["$job", "$instance", "$handler"];

    /// <param name="eventId">The event of the panels that show tickets.</param>
    public static IReadOnlyList<PanelQuery> Read(string eventId)
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Repository.File("dashboards", "ticket-booking-metrics.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray().Skip(1).TakeWhile(panel => panel.GetProperty("type").GetString() != "row").Select(panel => new PanelQuery(
                panel.GetProperty("title").GetString()!,
                panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!,
                Resolve(panel.GetProperty("targets")[0].GetProperty("expr").GetString()!, eventId))),
        ];
    }

    /// <summary>Without other filters, and with windows that suit a Prometheus that runs faster.</summary>
    private static string Resolve(string query, string eventId) => PrometheusServer.Faster(
        _filters.Aggregate(query, (text, filter) => text.Replace(filter, ".*", StringComparison.Ordinal)).Replace("$event", eventId, StringComparison.Ordinal));
}

/// <param name="Title">The panel's title.</param>
/// <param name="Unit">Its unit, as Grafana names it.</param>
/// <param name="Query">Its query.</param>
public sealed record PanelQuery(string Title, string Unit, string Query);
