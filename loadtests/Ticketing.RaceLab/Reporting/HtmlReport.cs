using System.Net;
using Ticketing.RaceLab.Ratios;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>A self-contained HTML file: styles and charts are inline, and it has no script.</summary>
internal static class HtmlReport
{
    private const int ShownViolations = 20;

    public static string Render(Report report) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Html(report.Title)}</title>
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <header>
        <h1>{Html(report.Title)}</h1>
        <p class="conclusion">{Html(report.Conclusion)}</p>
        </header>
        {Violations(report.Violations)}
        {Ratios(report.Ratios)}
        {Sales(report.Sales)}
        {Notes(report.Notes)}
        {Origin(report.Provenance)}
        </main>
        </body>
        </html>

        """;

    private static string Sales(IReadOnlyList<SaleResult> sales)
    {
        if (sales.Count == 0)
        {
            return "";
        }

        var selling = sales.Where(sale => sale.Booked > 0).ToList();
        var limited = selling.Where(sale => selling.Any(other => other.TicketsLeft <= 0 && other.Tickets == sale.Tickets)).ToList();
        var watched = sales.MaxBy(sale => sale.Memory.Count)!;
        return Section("Results", Table(sales))
            + (selling.Count == 0 ? "" : Section(
                "Throughput",
                Charts.Throughput(selling),
                "Bookings per second that were confirmed to their buyers and then found in the database. Red: the strategy sold tickets that did not exist."))
            + (limited.Count == 0 ? "" : Section(
                "Stock over time",
                $"<div class=\"multiples\">{Charts.Stock(limited)}</div>",
                "Tickets left, all on the same scales. Below zero, in red: tickets that did not exist."))
            + (selling.Count == 0 ? "" : Section(
                "Latency",
                Charts.Latency(selling),
                "How long a buyer waited for the answer, without refusals because tickets ran out. Logarithmic scale. "
                + "<span class=\"key p50\"></span> p50 <span class=\"key p95\"></span> p95 <span class=\"key p99\"></span> p99"))
            + Section(
                "What it took",
                CostTable(sales),
                "CPU in cores; requests of all kinds, refusals included. Orders carry " + (sales[0].Keys ? "an" : "no") + " Idempotency-Key. "
                + "Connections are those that the API has opened to its database since its start.")
            + (Charts.Cpu(sales) is { Length: > 0 } cpu ? Section(
                "CPU by process",
                cpu,
                "CPU in cores. The system cannot use what the load generator takes. "
                + "<span class=\"key cpu-api\"></span> API <span class=\"key cpu-db\"></span> database server <span class=\"key cpu-lab\"></span> load generator") : "")
            + (watched.Memory.Count >= 60 ? Section("Memory", Charts.Memory(watched), $"Resident memory of the API during “{Html(watched.Name)}”.") : "");
    }

    /// <summary>The results for buyers and organisers.</summary>
    private static string Table(IReadOnlyList<SaleResult> sales) => Table(
        ["Sale", "bookings/s", "p50", "p95", "p99", "sold", "left", "oversold", "refused", "busy", "errors", "unknown"],
        sales.Select(sale => Row(
            sale,
            Cell(Figures.Count(sale.Booked > 0 ? sale.BookingsPerSecond : null), "strong"),
            Cell(Figures.Milliseconds(sale.OrderLatency.P50)),
            Cell(Figures.Milliseconds(sale.OrderLatency.P95)),
            Cell(Figures.Milliseconds(sale.OrderLatency.P99)),
            Cell(Figures.Count(sale.TicketsSold)),
            Cell(Figures.Count(sale.TicketsLeft)),
            Cell(Figures.Oversold(sale), sale.Oversold == 0 ? "" : "bad"),
            Cell(Figures.Count(sale.SoldOut + sale.NotEnough)),
            Cell(Figures.Count(sale.Busy)),
            Cell(Figures.Count(sale.FailureCount), sale.FailureCount == 0 ? "" : "bad", string.Join(", ", sale.Failures.Select(failure => $"{failure.Value} × {failure.Key}"))),
            Cell(sale.Unknown == 0 ? "0" : $"{sale.Unknown} ({sale.Resolved} resolved)"))));

    /// <summary>The resources that were used.</summary>
    private static string CostTable(IReadOnlyList<SaleResult> sales) => Table(
        ["Sale", "buyers", "requests", "requests/s", "/status: p95", "all: p95", "longest", "dropped", "connections opened", "CPU lab", "CPU API", "CPU DB", "memory, peak"],
        sales.Select(sale => Row(
            sale,
            Cell(Figures.Count(sale.Buyers)),
            Cell(Figures.Count(sale.Requests)),
            Cell(Figures.Count(sale.RequestsPerSecond)),
            Cell(Figures.Milliseconds(sale.StatusLatency.P95)),
            Cell(Figures.Milliseconds(sale.AllLatency.P95)),
            Cell(Figures.Milliseconds(sale.AllLatency.Max)),
            Cell(Figures.Count(sale.Dropped)),
            Cell(Figures.Count(sale.ConnectionsOpened)),
            Cell(Figures.Cores(sale.Cpu.Generator)),
            Cell(Figures.Cores(sale.Cpu.Api)),
            Cell(Figures.Cores(sale.Cpu.Database)),
            Cell(Figures.Megabytes(sale.PeakMemoryBytes)))));

    private static string Table(IEnumerable<string> headings, IEnumerable<string> rows) =>
        $"<div class=\"scroll\"><table><thead><tr>{string.Concat(headings.Select(heading => $"<th>{heading}</th>"))}</tr></thead><tbody>{string.Concat(rows)}</tbody></table></div>";

    private static string Row(SaleResult sale, params IEnumerable<string> cells) => $"<tr><th>{Html(sale.Name)}</th>{string.Concat(cells)}</tr>";

    private static string Cell(string text, string style = "", string tip = "") =>
        $"<td{(style.Length == 0 ? "" : $" class=\"{style}\"")}{(tip.Length == 0 ? "" : $" title=\"{Html(tip)}\"")}>{Html(text)}</td>";

    private static string Ratios(IReadOnlyList<RatioResult> ratios) => ratios.Count == 0 ? "" : Section(
        "Ratios",
        $"""
        <div class="scroll"><table class="ratios">
        <thead><tr><th>Ratio</th><th>goal</th><th>measured</th><th></th><th class="text">from medians (least to most)</th></tr></thead>
        <tbody>{string.Concat(ratios.Select(ratio =>
            $"<tr><th>{Html(ratio.Name)}</th><td>{Html(ratio.Goal)}</td><td class=\"strong\">{Html(ratio.Measured)}</td>"
            + $"<td class=\"{(ratio.IsMet ? "good\">met" : "bad\">missed")}</td><td class=\"text\">{Html(ratio.From)}</td></tr>"))}</tbody>
        </table></div>
        """);

    private static string Violations(IReadOnlyList<string> violations) => violations.Count == 0
        ? ""
        : $"<section class=\"alarm\"><h2>{violations.Count} broken invariants</h2><ul>{string.Concat(violations.Take(ShownViolations).Select(text => $"<li>{Html(text)}</li>"))}</ul></section>";

    private static string Notes(IReadOnlyList<string> notes) => notes.Count == 0
        ? ""
        : Section("Notes", $"<ul>{string.Concat(notes.Select(note => $"<li>{Html(note)}</li>"))}</ul>");

    private static string Origin(Provenance origin) => Section(
        "Provenance",
        $"""
        <dl>
        <dt>Command</dt><dd><code>{Html(origin.Command)}</code></dd>
        <dt>Date</dt><dd>{Html(origin.Date)}</dd>
        <dt>Commit</dt><dd>{Html(origin.Commit)}, {Html(origin.Build)}</dd>
        <dt>Machine</dt><dd>{Html(origin.Machine)}; the load generator runs on it too</dd>
        <dt>Database</dt><dd>{Html(origin.Database)}</dd>
        <dt>Versions</dt><dd>{Html(origin.Runtime)}, {Html(string.Join(", ", origin.Versions.Select(version => $"{version.Key} {version.Value}")))}</dd>
        </dl>
        """);

    private static string Section(string heading, string content, string? explanation = null) =>
        $"<section><h2>{heading}</h2>{(explanation is null ? "" : $"<p class=\"explanation\">{explanation}</p>")}{content}</section>\n";

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    private const string Style =
        """
        :root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1b2430; --soft: #5d6b7c; --rule: #dfe4ea;
          --main: #2563c9; --main-soft: #2563c926; --wrong: #d0342c; --wrong-soft: #d0342c59; --good: #1a7f4b; --p95: #6b9bea; --p99: #a9c5f4; --db: #d98a1f; --lab: #9aa5b1; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #12161c; --card: #1a2029; --ink: #e6ebf1; --soft: #95a3b3; --rule: #2c3541;
            --main: #5b97f5; --main-soft: #5b97f533; --wrong: #ff6b61; --wrong-soft: #ff6b6166; --good: #4cc38a; --p95: #3f6fb8; --p99: #2d4c7c; --db: #e5a54b; --lab: #66717e; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 1240px; margin: 0 auto; padding: 32px 20px 64px; }
        h1 { font-size: 28px; margin: 0 0 8px; letter-spacing: -0.01em; }
        h2 { font-size: 18px; margin: 0 0 4px; }
        .conclusion { font-size: 18px; margin: 0 0 24px; max-width: 75ch; }
        .explanation { color: var(--soft); margin: 0 0 16px; max-width: 90ch; }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 20px 24px; margin: 0 0 20px; }
        .alarm { border-color: var(--wrong); } .alarm h2 { color: var(--wrong); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; width: 100%; margin-top: 8px; }
        th, td { text-align: right; padding: 6px 8px; border-bottom: 1px solid var(--rule); }
        thead th { color: var(--soft); font-weight: 500; font-size: 13px; vertical-align: bottom; }
        tbody tr:last-child > * { border-bottom: 0; }
        tr > :first-child { text-align: left; padding-left: 0; position: sticky; left: 0; background: var(--card); }
        tbody th { font-weight: 600; white-space: normal; min-width: 12ch; }
        .ratios th, .ratios td.text { white-space: normal; } .ratios .text { text-align: left; color: var(--soft); font-size: 13px; }
        .strong { font-weight: 600; } .bad { color: var(--wrong); font-weight: 600; } .good { color: var(--good); font-weight: 600; }
        svg { display: block; width: 100%; height: auto; max-width: 980px; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        .multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 20px; }
        figure { margin: 0; } figcaption { font-weight: 600; font-size: 14px; }
        .label { fill: var(--ink); } .value { fill: var(--ink); font-weight: 600; } .tick { fill: var(--soft); font-size: 11px; } .wrong-text { fill: var(--wrong); }
        .bar { fill: var(--main); } .bar.wrong { fill: var(--wrong); }
        .grid { stroke: var(--rule); } .axis { stroke: var(--soft); } .range { stroke: var(--p99); stroke-width: 4; }
        .dot.p50 { fill: var(--main); } .dot.p95 { fill: var(--p95); } .dot.p99 { fill: var(--p99); }
        .stock.area { fill: var(--main-soft); } .stock.edge { fill: none; stroke: var(--main); stroke-width: 2; }
        .oversold.area { fill: var(--wrong-soft); } .oversold.edge { fill: none; stroke: var(--wrong); stroke-width: 2; }
        .cpu-api { fill: var(--main); background: var(--main); } .cpu-db { fill: var(--db); background: var(--db); } .cpu-lab { fill: var(--lab); background: var(--lab); }
        .key { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin: 0 3px 0 10px; }
        .key.p50 { background: var(--main); } .key.p95 { background: var(--p95); } .key.p99 { background: var(--p99); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; margin: 8px 0 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        code { font: 13px ui-monospace, "Cascadia Code", Menlo, monospace; }
        """;
}
