using System.Globalization;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Results;

/// <summary>Writes the tables of <c>loadtests/RESULTS.md</c>.</summary>
internal static class ResultsPage
{
    public const string Pictures = "pictures";

    /// <summary>The table of one scenario, with its pictures.</summary>
    public static string Table(string scenario, LoadPlan plan, IReadOnlyList<MeasuredSale> sales) => string.Join('\n',
    [
        "| | Requests/s | p95 | Error rate | CPU | Database p95 | Concurrent requests | Tickets remaining | Memory | Success rate | Requests |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        .. SourceFigures.Of(scenario).Select(source =>
            $"| *{source.Who}* | {Figures.Count(source.Rate)} | {Figures.Milliseconds(source.P95)} | {(source.ErrorShare is { } share ? Figures.Percent(share) : "–")} | – | – | – | – | – | {(source.ErrorShare is { } errors ? Figures.Percent(1 - errors) : "–")} | – |"),
        .. sales.Select(Row),
        "",
        Think(plan, sales),
        "",
        .. sales.Select(sale => $"![{sale.Result.Name}: the dashboard's first row]({Pictures}/{FileOf(sale.Result)})\n"),
    ]);

    public static string FileOf(SaleResult sale) => $"{sale.Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')}.svg";

    private static string Row(MeasuredSale sale)
    {
        var (result, seen) = (sale.Result, sale.Seen);
        var orders = result.Booked + result.SoldOut + result.NotEnough + result.Busy + result.FailureCount;
        var refused = result.SoldOut + result.NotEnough + result.Busy + result.FailureCount;
        return $"| {Name(result)} | {Figures.Count(result.RequestsPerSecond)} | {Figures.Milliseconds(result.AllLatency.P95)} | {Figures.Percent(refused / (double)Math.Max(1, result.Requests))} "
            + $"| {seen.CpuPercent.ToString("0", CultureInfo.InvariantCulture)} % | {Figures.Milliseconds(seen.DatabaseP95 ?? 0)} | {Figures.Count(seen.Concurrent)} | {Figures.Count(result.TicketsLeft)} "
            + $"| {Figures.Megabytes((long)seen.MemoryBytes)} | {Figures.Percent(result.Booked / (double)Math.Max(1, orders))} | {Figures.Count(result.Requests)} |";
    }

    private static string Name(SaleResult sale)
    {
        var variant = sale.Name.Split(", ")[^1];
        return variant == sale.Strategy ? $"`{variant}`" : variant;
    }

    /// <summary>Little's law, with which every row of the table can be checked.</summary>
    private static string Think(LoadPlan plan, IReadOnlyList<MeasuredSale> sales)
    {
        var fastest = sales.MaxBy(sale => sale.Result.RequestsPerSecond)!.Result;
        var most = plan.Buyers / plan.ThinkTime.TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture,
            $"{plan.Buyers} users who think for {plan.ThinkTime.TotalMilliseconds:0} ms between two requests send at most {most:#,0} requests a second, if every answer takes no time: the fastest row has {fastest.RequestsPerSecond / most:P0} of that.");
    }
}

/// <param name="Result">What the buyers saw.</param>
/// <param name="Seen">What Prometheus saw.</param>
internal sealed record MeasuredSale(SaleResult Result, Observation Seen);
