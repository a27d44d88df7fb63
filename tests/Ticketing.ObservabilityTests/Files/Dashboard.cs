using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Files;

/// <summary>A dashboard, as Grafana reads it.</summary>
internal sealed class Dashboard
{
    private Dashboard(string name)
    {
        File = Repository.File("dashboards", name);
        Json = JsonDocument.Parse(System.IO.File.ReadAllText(File)).RootElement;
        Everything = [.. Json.List("panels").Select(json => new Panel(json))];
    }

    public static Dashboard Booking { get; } = new("ticket-booking-metrics.json");

    public static Dashboard Scaling { get; } = new("ticket-booking-scaling.json");

    public static IReadOnlyList<Dashboard> All { get; } = [Booking, Scaling];

    public string File { get; }

    public JsonElement Json { get; }

    /// <summary>All panels and rows.</summary>
    public IReadOnlyList<Panel> Everything { get; }

    public IEnumerable<Panel> Panels => Everything.Where(panel => panel.Type != "row");

    public IEnumerable<JsonElement> Variables => Json.GetProperty("templating").List("list");

    public static Dashboard Of(string uid) => All.Single(dashboard => dashboard.Json.Text("uid") == uid);

    /// <summary>A query as Grafana sends it, without filters and for the last five minutes.</summary>
    public static string Resolve(string query) => query
        .Replace("$__range", "5m", StringComparison.Ordinal)
        .Replace("$job", "ticketing", StringComparison.Ordinal)
        .Replace("$instance", ".*", StringComparison.Ordinal)
        .Replace("$handler", ".*", StringComparison.Ordinal)
        .Replace("$event", ".*", StringComparison.Ordinal);

    /// <summary>The panels of one row.</summary>
    public IEnumerable<Panel> Row(string title) =>
        Everything.SkipWhile(panel => panel.Type != "row" || panel.Title != title).Skip(1).TakeWhile(panel => panel.Type != "row");

    public override string ToString() => Json.Text("uid");
}

internal sealed record Panel(JsonElement Json)
{
    public int Id => Json.GetProperty("id").GetInt32();

    public string Type => Json.Text("type");

    public string Title => Json.Text("title");

    public IReadOnlyList<string> Queries => [.. Json.List("targets").Select(target => target.Text("expr"))];

    public JsonElement Place => Json.GetProperty("gridPos");

    public bool Overlaps(Panel other) => Crosses(other, "x", "w") && Crosses(other, "y", "h");

    public override string ToString() => $"{Id} {Title}";

    private bool Crosses(Panel other, string from, string length) =>
        Of(from) < other.Of(from) + other.Of(length) && other.Of(from) < Of(from) + Of(length);

    private int Of(string name) => Place.GetProperty(name).GetInt32();
}
