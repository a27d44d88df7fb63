using System.Globalization;
using System.Text.Json;
using Ticketing.RaceLab.Ratios;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>The results of a run, as they are written to files.</summary>
/// <param name="Conclusion">One sentence.</param>
/// <param name="Ratios">The ratios of a benchmark; empty for other runs.</param>
/// <param name="Notes">What a reader has to know, such as a strategy that was skipped.</param>
public sealed record Report(
    string Title, string Conclusion, Provenance Provenance, IReadOnlyList<SaleResult> Sales, IReadOnlyList<RatioResult> Ratios, IReadOnlyList<string> Notes)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>For a benchmark: every measurement of every round.</summary>
    public IReadOnlyList<SaleResult> Rounds { get; init; } = [];

    public IReadOnlyList<string> Violations => [.. Sales.Concat(Rounds).SelectMany(sale => sale.Violations).Distinct()];

    /// <summary>Writes <c>results.json</c> and <c>report.html</c>.</summary>
    /// <param name="folder">Where; null for a new folder, so that no run overwrites another.</param>
    /// <returns>Their paths.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(string? folder)
    {
        folder ??= Path.Combine("results", "race-lab", TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd-HHmmss", CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        var (results, page) = (Path.Combine(folder, "results.json"), Path.Combine(folder, "report.html"));
        await File.WriteAllTextAsync(results, JsonSerializer.Serialize(this, _json));
        await File.WriteAllTextAsync(page, HtmlReport.Render(this));
        return [results, page];
    }
}
