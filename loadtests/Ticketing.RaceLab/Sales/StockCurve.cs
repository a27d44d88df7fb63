using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Verification;

namespace Ticketing.RaceLab.Sales;

/// <summary>The stock during a sale.</summary>
public static class StockCurve
{
    private const int Points = 240;

    /// <summary>Each stored booking counts when its buyer was answered, by the generator's clock, so no two clocks have to agree.</summary>
    public static IReadOnlyList<StockPoint> Of(IReadOnlyList<StoredSale> sales, IReadOnlyList<ConfirmedOrder> confirmed)
    {
        var left = sales.Sum(sale => (long)sale.Event.TotalTickets);
        var points = new List<StockPoint> { new(0, left) };
        var step = Math.Max(1, confirmed.Count / Points);
        var count = 0;
        foreach (var (order, _, at) in confirmed.OrderBy(order => order.At))
        {
            left -= order.Quantity;
            if (++count % step == 0 || count == confirmed.Count)
            {
                points.Add(new(Math.Round(at.TotalSeconds, 4), left));
            }
        }

        return points;
    }
}
