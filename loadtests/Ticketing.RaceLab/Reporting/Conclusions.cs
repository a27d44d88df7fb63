using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>One sentence that sums up the results.</summary>
internal static class Conclusions
{
    public static string Of(IReadOnlyList<SaleResult> sales)
    {
        var violations = sales.Sum(sale => sale.Violations.Count);
        var oversold = sales.Where(sale => sale.Oversold > 0).ToList();
        var sound = sales.Where(sale => sale.Oversold == 0 && sale.Violations.Count == 0 && sale.Booked > 0).ToList();
        var parts = new List<string>();
        if (sound.MaxBy(sale => sale.BookingsPerSecond) is { } fastest)
        {
            var slowest = sound.MinBy(sale => sale.BookingsPerSecond)!;
            parts.Add($"{fastest.Name} is the fastest that never oversold, with {Figures.Count(fastest.BookingsPerSecond)} bookings per second"
                + (sound.Count > 1 ? $", {fastest.BookingsPerSecond / slowest.BookingsPerSecond:0.#} times {slowest.Name}" : ""));
        }

        parts.AddRange(oversold.Select(sale =>
            $"{sale.Name} oversold {Figures.Count(sale.Oversold)} of {Figures.Count((double)sale.Tickets * sale.Events)} tickets"));
        parts.Add(violations == 0
            ? "every confirmed booking is in the database exactly once, and all stocks add up"
            : $"{violations} INVARIANTS ARE BROKEN");
        return string.Join("; ", parts) + ".";
    }
}
