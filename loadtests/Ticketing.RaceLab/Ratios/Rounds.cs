using System.Globalization;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Ratios;

/// <summary>The results of all rounds, and their medians.</summary>
internal sealed class Rounds
{
    private readonly Dictionary<string, List<SaleResult>> _results = [];

    public IReadOnlyList<SaleResult> All => [.. _results.Values.SelectMany(results => results)];

    /// <summary>The median round of each measurement.</summary>
    public IReadOnlyList<SaleResult> Middle => [.. _results.Values.Select(results => results.OrderBy(RateOf).ElementAt(results.Count / 2))];

    public void Add(SaleResult result)
    {
        if (!_results.TryGetValue(result.Name, out var results))
        {
            _results[result.Name] = results = [];
        }

        results.Add(result);
    }

    public bool Has(string name) => _results.ContainsKey(name);

    /// <summary>Bookings per second; for a load without orders, requests per second.</summary>
    public Figure Rate(string name) => Of(name, RateOf);

    public Figure Of(string name, Func<SaleResult, double> read) => Figure.Of(name, [.. _results[name].Select(read)]);

    private static double RateOf(SaleResult sale) => sale.Booked > 0 ? sale.BookingsPerSecond : sale.RequestsPerSecond;
}

/// <summary>The median of several rounds, and their spread.</summary>
internal sealed record Figure(string Name, double Median, double Least, double Most)
{
    public static Figure Of(string name, IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        var median = sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(name, median, sorted[0], sorted[^1]);
    }

    /// <summary>Such as "batched 5,432 /s (5,301 to 5,610)".</summary>
    public string Text(string unit, string format = "#,0") => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name} {Median.ToString(format, CultureInfo.InvariantCulture)} {unit} ({Least.ToString(format, CultureInfo.InvariantCulture)} to {Most.ToString(format, CultureInfo.InvariantCulture)})");

    public string PerSecond => Text("/s");

    public override string ToString() => $"{Name} {Figures.Count(Median)}";
}
