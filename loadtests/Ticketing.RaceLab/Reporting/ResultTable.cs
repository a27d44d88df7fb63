using Spectre.Console;
using Ticketing.RaceLab.Ratios;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>The results as the terminal shows them at the end.</summary>
public static class ResultTable
{
    public static void Write(IAnsiConsole console, Report report, IReadOnlyList<string> files)
    {
        console.WriteLine();
        if (report.Sales.Count > 0)
        {
            console.Write(SalesTable(report.Sales));
        }

        if (report.Ratios.Count > 0)
        {
            console.Write(RatiosTable(report.Ratios));
        }

        foreach (var note in report.Notes)
        {
            console.MarkupLineInterpolated($"[grey]{note}[/]");
        }

        WriteViolations(console, report.Violations);
        console.WriteLine(report.Conclusion);
        console.MarkupLineInterpolated($"[grey]{string.Join(", ", files)}[/]");
    }

    private static Table SalesTable(IReadOnlyList<SaleResult> sales)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("Sale").NoWrap());
        foreach (var heading in (string[])["bookings/s", "p50", "p95", "p99", "sold", "refused", "busy", "errors", "unknown", "oversold"])
        {
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        }

        foreach (var sale in sales)
        {
            table.AddRow(
                sale.Name,
                Figures.Count(sale.Booked > 0 ? sale.BookingsPerSecond : null),
                Figures.Milliseconds(sale.OrderLatency.P50),
                Figures.Milliseconds(sale.OrderLatency.P95),
                Figures.Milliseconds(sale.OrderLatency.P99),
                Figures.Count(sale.TicketsSold),
                Figures.Count(sale.SoldOut + sale.NotEnough),
                Figures.Count(sale.Busy),
                sale.FailureCount == 0 ? "0" : $"[red]{Figures.Count(sale.FailureCount)}[/]",
                sale.Unknown == 0 ? "0" : $"{sale.Unknown - sale.Resolved} of {sale.Unknown}",
                sale.Oversold == 0 ? "0" : $"[red]{Figures.Oversold(sale)}[/]");
        }

        return table;
    }

    private static Table RatiosTable(IReadOnlyList<RatioResult> ratios)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("Ratio", "Goal");
        table.AddColumn(new TableColumn("Measured").RightAligned());
        table.AddColumns("", "From");
        foreach (var ratio in ratios)
        {
            table.AddRow(
                Markup.Escape(ratio.Name), ratio.Goal, ratio.Measured, ratio.IsMet ? "[green]met[/]" : "[red]missed[/]", Markup.Escape(ratio.From));
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
