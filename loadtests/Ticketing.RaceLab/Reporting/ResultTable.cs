using Spectre.Console;
using Ticketing.RaceLab.Ratios;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>The results, as the terminal shows them at the end.</summary>
public static class ResultTable
{
    public static void Write(IAnsiConsole console, Report report, IReadOnlyList<string> files)
    {
        console.WriteLine();
        if (report.Sales.Count > 0)
        {
            console.Write(SalesTable(report.Sales, console.Profile.Width < LiveView.NarrowBelow));
        }

        if (report.Ratios.Count > 0)
        {
            console.Write(RatiosTable(report.Ratios, console.Profile.Width < LiveView.NarrowBelow));
        }

        foreach (var note in report.Notes)
        {
            console.MarkupLineInterpolated($"[grey]{note}[/]");
        }

        WriteViolations(console, report.Violations);
        console.WriteLine(report.Conclusion);
        console.MarkupLineInterpolated($"[grey]{string.Join(", ", files)}[/]");
    }

    /// <param name="isNarrow">Whether there is no room for all figures; the report has them all.</param>
    private static Table SalesTable(IReadOnlyList<SaleResult> sales, bool isNarrow)
    {
        (string Heading, bool IsEssential, Func<SaleResult, string> Cell)[] figures =
        [
            ("bookings/s", true, sale => Figures.Count(sale.Booked > 0 ? sale.BookingsPerSecond : null)),
            ("p50", false, sale => Figures.Milliseconds(sale.OrderLatency.P50)),
            ("p95", true, sale => Figures.Milliseconds(sale.OrderLatency.P95)),
            ("p99", false, sale => Figures.Milliseconds(sale.OrderLatency.P99)),
            ("sold", true, sale => Figures.Count(sale.TicketsSold)),
            ("refused", false, sale => Figures.Count(sale.SoldOut + sale.NotEnough)),
            ("busy", false, sale => Figures.Count(sale.Busy)),
            ("errors", true, sale => sale.FailureCount == 0 ? "0" : $"[red]{Figures.Count(sale.FailureCount)}[/]"),
            ("unknown", false, sale => sale.Unknown == 0 ? "0" : $"{sale.Unknown - sale.Resolved} of {sale.Unknown}"),
            ("oversold", true, sale => sale.Oversold == 0 ? "0" : $"[red]{Figures.Oversold(sale)}[/]"),
        ];
        var shown = figures.Where(figure => figure.IsEssential || !isNarrow).ToList();
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("Sale").NoWrap());
        foreach (var (heading, _, _) in shown)
        {
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        }

        foreach (var sale in sales)
        {
            table.AddRow([sale.Name, .. shown.Select(figure => figure.Cell(sale))]);
        }

        return table;
    }

    private static Table RatiosTable(IReadOnlyList<RatioResult> ratios, bool isNarrow)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("Ratio");
        table.AddColumn(new TableColumn("Goal").NoWrap());
        table.AddColumn(new TableColumn("Measured").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("").NoWrap());
        if (!isNarrow)
        {
            table.AddColumn("From");
        }

        foreach (var ratio in ratios)
        {
            string[] cells =
                [Markup.Escape(ratio.Name), ratio.Goal, ratio.Measured, ratio.IsMet ? "[green]met[/]" : "[red]missed[/]", Markup.Escape(ratio.From)];
            table.AddRow(isNarrow ? cells[..^1] : cells);
        }

        return table;
    }

    private static void WriteViolations(IAnsiConsole console, IReadOnlyList<string> violations)
    {
        const int shown = 10;
        if (violations.Count == 0)
        {
            return;
        }

        console.MarkupLineInterpolated($"[red]{violations.Count} broken invariants:[/]");
        foreach (var violation in violations.Take(shown))
        {
            console.WriteLine($"  {violation}");
        }

        if (violations.Count > shown)
        {
            console.WriteLine($"  … and {violations.Count - shown} more, in results.json");
        }
    }
}
