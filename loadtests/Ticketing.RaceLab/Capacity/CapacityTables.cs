using System.Globalization;
using Ticketing.RaceLab.Reporting;

namespace Ticketing.RaceLab.Capacity;

/// <summary>The tables of <c>docs/decisions/capacity.md</c>.</summary>
internal static class CapacityTables
{
    public static string Costs(Measured measured) => string.Join('\n',
    [
        "| Cost | µs | Where it comes from |",
        "|---|--:|---|",
        .. measured.Sources().Select(cost => $"| `{cost.Name}` | {Micros(cost.Micros)} | {cost.Source} |"),
        "",
        Origin(measured.Provenance),
    ]);

    public static string Agreement(Measured measured, IReadOnlyList<(MeasuredSale Sale, Outcome Outcome)> points) => string.Join('\n',
    [
        "| Sale | bookings/s measured | simulated | ratio | p50 measured | simulated | ratio | orders in a batch measured | simulated |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
        .. points.Select(point => string.Join(" | ",
        [
            $"| {point.Sale.Point.Name}{(point.Sale.Point.Role == Role.Comparison ? "" : " (costs come from it)")}",
            Figures.Count(point.Sale.Figures.BookingsPerSecond),
            Figures.Count(point.Outcome.BookedPerSecond),
            Ratio(point.Outcome.BookedPerSecond, point.Sale.Figures.BookingsPerSecond),
            Figures.Milliseconds(point.Sale.Figures.P50),
            Figures.Milliseconds(point.Outcome.Latency.P50),
            Ratio(point.Outcome.Latency.P50, point.Sale.Figures.P50),
            Batch(point.Sale.Figures.BatchSize),
            $"{Batch(point.Outcome.BatchSize)} |",
        ])),
        "",
        Origin(measured.Provenance),
    ]);

    public static string Plans(IReadOnlyList<(string Load, Plan Plan)> plans, string costs, Provenance origin) => string.Join('\n',
    [
        "| Orders/s | Events | Replicas × cores | An event's orders go to | MariaDB × cores | Connections | Booked/s | p50 | p99 | Orders in a batch | API | MariaDB | Log | Hottest event | First limit |",
        "|--:|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
        .. plans.Select(entry => Row(entry.Load, entry.Plan)),
        "",
        costs,
        "",
        Origin(origin),
    ]);

    /// <summary>One scenario, for the terminal.</summary>
    public static IEnumerable<(string Name, string Value)> Describe(Outcome outcome) =>
    [
        ("booked", $"{Figures.Count(outcome.BookedPerSecond)} /s"),
        ("busy", $"{Figures.Count(outcome.BusyPerSecond)} /s"),
        ("p50, p99", $"{Figures.Milliseconds(outcome.Latency.P50)}, {Figures.Milliseconds(outcome.Latency.P99)}"),
        ("orders in a batch", Batch(outcome.BatchSize)),
        ("API cores used", $"{Figures.Percent(outcome.MeanApiShare)}, of the busiest replica {Figures.Percent(outcome.ApiShare)}"),
        ("database cores used", $"{Figures.Percent(outcome.MeanDatabaseShare)}, of the busiest database {Figures.Percent(outcome.DatabaseShare)}"),
        ("log busy", Figures.Percent(outcome.LogShare)),
        ("hottest event", $"{Figures.Percent(outcome.EventShare)} of what one event can sell"),
        ("connections", Figures.Count(outcome.Connections)),
        ("first limit", $"{outcome.Limit.Name}, {Figures.Percent(outcome.Limit.Share)}"),
    ];

    private static string Row(string load, Plan plan)
    {
        var (scenario, outcome, isEnough) = plan;
        return string.Join(" | ",
        [
            $"| {Figures.Count(scenario.Rate)}",
            load,
            $"{scenario.Replicas} × {scenario.CoresPerReplica}",
            scenario.Replicas == 1 ? "–" : scenario.IsSpread ? "all replicas" : "one replica",
            $"{scenario.Databases} × {scenario.CoresPerDatabase}",
            Figures.Count(outcome.Connections),
            isEnough ? Figures.Count(outcome.BookedPerSecond) : $"**{Figures.Count(outcome.BookedPerSecond)}**",
            Figures.Milliseconds(outcome.Latency.P50),
            Figures.Milliseconds(outcome.Latency.P99),
            Batch(outcome.BatchSize),
            Share(outcome.ApiShare),
            Share(outcome.DatabaseShare),
            Share(outcome.LogShare),
            Share(outcome.EventShare),
            $"{outcome.Limit.Name} |",
        ]);
    }

    private static string Origin(Provenance origin) =>
        $"`{origin.Command}`, {origin.Date}, commit {origin.Commit}, {origin.Runtime}. {origin.Machine}.{(origin.Database.Length == 0 ? "" : $" {origin.Database}.")}";

    private static string Micros(double micros) => micros.ToString(micros < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Batch(double size) => size.ToString(size < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    private static string Ratio(double simulated, double measured) => (simulated / measured).ToString("0.00", CultureInfo.InvariantCulture);
}
