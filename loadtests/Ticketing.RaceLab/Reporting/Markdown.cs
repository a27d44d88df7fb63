using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>Tables for documents.</summary>
internal static class Markdown
{
    public static string Ladder(Report report) => string.Join('\n',
    [
        "| Rung | bookings/s | p95 | errors | oversold | connections opened |",
        "|---|--:|--:|--:|--:|--:|",
        .. report.Sales.Select(sale =>
            $"| {Name(sale)} | {Figures.Count(sale.BookingsPerSecond)} | {Figures.Milliseconds(sale.OrderLatency.P95)} | {Figures.Percent(sale.ErrorShare)} | {Figures.Oversold(sale)} | {Figures.Count(sale.ConnectionsOpened)} |"),
        "",
        Origin(report),
    ]);

    public static string Ratios(Report report) => string.Join('\n',
    [
        "| Ratio | Goal | Measured | | From medians (least to most) |",
        "|---|---|--:|---|---|",
        .. report.Ratios.Select(ratio => $"| {ratio.Name} | {ratio.Goal} | {ratio.Measured} | {(ratio.IsMet ? "met" : "**missed**")} | {ratio.From} |"),
        "",
        report.Notes[0],
        "",
        Origin(report),
    ]);

    private static string Name(SaleResult sale) => sale.Name == sale.Strategy ? $"`{sale.Name}`" : sale.Name;

    public static string Origin(Report report)
    {
        var origin = report.Provenance;
        return $"`{origin.Command}`, {origin.Date}, commit {origin.Commit}, {origin.Runtime}. {origin.Machine}, with the load generator on it. {origin.Database}.";
    }
}
