using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>The pictures of the report.</summary>
internal static class Charts
{
    private const double Width = 860;
    private const double LabelWidth = 215;
    private const double ValueWidth = 110;
    private const double Row = 34;

    /// <summary>Bars on one scale; the fastest has the full width.</summary>
    public static string Throughput(IReadOnlyList<SaleResult> sales)
    {
        var svg = new Svg(Width, (sales.Count * Row) + 8, "Bookings per second of each sale");
        var largest = Math.Max(1, sales.Max(sale => sale.BookingsPerSecond));
        var room = Width - LabelWidth - ValueWidth;
        for (var i = 0; i < sales.Count; i++)
        {
            var sale = sales[i];
            var y = (i * Row) + 4;
            var length = sale.BookingsPerSecond / largest * room;
            svg.Text(LabelWidth - 12, y + 18, sale.Name, "label", "end")
                .Bar(LabelWidth, y + 2, length, 22, sale.Oversold > 0 ? "bar wrong" : "bar", $"{sale.Name}: {Figures.Count(sale.BookingsPerSecond)} bookings/s")
                .Text(LabelWidth + length + 8, y + 18, $"{Figures.Count(sale.BookingsPerSecond)} /s", "value");
        }

        return svg.ToString();
    }

    /// <summary>From the median to the 99th percentile, on a logarithmic scale.</summary>
    public static string Latency(IReadOnlyList<SaleResult> sales)
    {
        const double axis = 26;
        var shown = sales.Where(sale => sale.OrderLatency.P50 > 0).ToList();
        var svg = new Svg(Width, (shown.Count * Row) + axis + 4, "Latency percentiles of each sale");
        if (shown.Count == 0)
        {
            return svg.ToString();
        }

        var from = Math.Floor(Math.Log10(shown.Min(sale => sale.OrderLatency.P50)));
        var to = Math.Max(from + 1, Math.Ceiling(Math.Log10(shown.Max(sale => sale.OrderLatency.P99))));
        var room = Width - LabelWidth - 40;
        var bottom = shown.Count * Row;
        for (var power = (int)from; power <= to; power++)
        {
            var x = X(Math.Pow(10, power));
            svg.Line(x, 0, x, bottom, "grid").Text(x, bottom + 18, Figures.PowerOfTen(power), "tick", "middle");
        }

        for (var i = 0; i < shown.Count; i++)
        {
            var (sale, y) = (shown[i], (i * Row) + (Row / 2));
            var (p50, p95, p99) = (X(sale.OrderLatency.P50), X(sale.OrderLatency.P95), X(sale.OrderLatency.P99));
            svg.Text(LabelWidth - 12, y + 4, sale.Name, "label", "end")
                .Line(p50, y, p99, y, "range")
                .Dot(p99, y, 5, "dot p99", $"p99 {Figures.Milliseconds(sale.OrderLatency.P99)}")
                .Dot(p95, y, 6, "dot p95", $"p95 {Figures.Milliseconds(sale.OrderLatency.P95)}")
                .Dot(p50, y, 7, "dot p50", $"p50 {Figures.Milliseconds(sale.OrderLatency.P50)}");
        }

        return svg.ToString();

        double X(double milliseconds) => LabelWidth + ((Math.Log10(Math.Max(milliseconds, 0.001)) - from) / (to - from) * room);
    }

    /// <summary>One small chart per sale, all on the same scales; red below zero.</summary>
    public static string Stock(IReadOnlyList<SaleResult> sales)
    {
        var longest = sales.Max(sale => sale.Stock[^1].T);
        return string.Concat(sales.Select(sale => $"<figure class=\"small\"><figcaption>{sale.Name}</figcaption>{Stock(sale, Math.Max(longest, 0.1))}</figure>"));
    }

    private static string Stock(SaleResult sale, double longest)
    {
        const double width = 280;
        const double height = 170;
        const double left = 44;
        const double right = 10;
        const double top = 8;
        const double bottom = 24;
        var svg = new Svg(width, height, $"Stock of {sale.Name} over time");
        double most = sale.Tickets * (long)sale.Events;
        var least = Math.Min(0, sale.Stock.Min(point => point.Left));

        // At least a quarter of each chart is below zero, so that all zeros are at the same height.
        var floor = Math.Min(-most / 4, least * 1.15);
        var zero = Y(0);
        svg.Line(left, zero, width - right, zero, "axis")
            .Text(left - 6, Y(most) + 8, Figures.Count(most), "tick", "end")
            .Text(left - 6, zero + 4, "0", "tick", "end")
            .Text(left, height - 6, "0 s", "tick")
            .Text(width - right, height - 6, Figures.Seconds(longest), "tick", "end");

        // Steps: the stock does not change until the next booking.
        var stairs = new List<(double T, double Left)>();
        foreach (var (t, stock) in sale.Stock)
        {
            if (stairs.Count > 0)
            {
                stairs.Add((t, stairs[^1].Left));
            }

            stairs.Add((t, stock));
        }

        stairs.Add((longest, stairs[^1].Left));
        Area(stairs.Select(point => (point.T, Math.Max(point.Left, 0))), "stock");
        if (least < 0)
        {
            Area(stairs.Where(point => point.Left < 0).Prepend((stairs.First(point => point.Left < 0).T, 0)), "oversold");
            svg.Text((left + width - right) / 2, Y(least) + 14, $"{Figures.Count(-least)} too many", "wrong-text value", "middle");
        }

        return svg.ToString();

        void Area(IEnumerable<(double T, double Left)> points, string style)
        {
            var shape = points.Select(point => (X: X(point.T), Y: Y(point.Left))).ToList();
            svg.Path([(shape[0].X, zero), .. shape, (shape[^1].X, zero)], $"{style} area", closed: true).Path(shape, $"{style} edge");
        }

        double X(double t) => left + (t / longest * (width - left - right));

        double Y(double stock) => top + ((most - stock) / (most - floor) * (height - top - bottom));
    }

    /// <summary>CPU by process.</summary>
    public static string Cpu(IReadOnlyList<SaleResult> sales)
    {
        const double axis = 26;
        var shown = sales.Where(sale => sale.Cpu.Api is not null).ToList();
        if (shown.Count == 0)
        {
            return "";
        }

        var cores = shown[0].Cpu.Cores;
        var scale = (Width - LabelWidth - 40) / cores;
        var svg = new Svg(Width, (shown.Count * Row) + axis, "CPU of the lab, the API and the database");
        for (var core = 0; core <= cores; core++)
        {
            var x = LabelWidth + (core * scale);
            svg.Line(x, 0, x, shown.Count * Row, "grid").Text(x, (shown.Count * Row) + 18, core == 1 ? "1 core" : $"{core} cores", "tick", "middle");
        }

        for (var i = 0; i < shown.Count; i++)
        {
            var (sale, y, x) = (shown[i], (i * Row) + 6, LabelWidth);
            svg.Text(LabelWidth - 12, y + 16, sale.Name, "label", "end");
            foreach (var (used, style, who) in new[]
            {
                (sale.Cpu.Api ?? 0, "cpu-api", "API"), (sale.Cpu.Database ?? 0, "cpu-db", "database"), (sale.Cpu.Generator, "cpu-lab", "load generator"),
            })
            {
                if (used > 0)
                {
                    svg.Bar(x, y, used * scale, 22, style, $"{who}: {Figures.Cores(used)} cores");
                    x += used * scale;
                }
            }
        }

        return svg.ToString();
    }

    /// <summary>Memory of the API over a long load.</summary>
    public static string Memory(SaleResult sale)
    {
        const double height = 200;
        const double left = 70;
        const double bottom = 26;
        var svg = new Svg(Width, height, "Memory of the API over time");
        var (longest, most) = (Math.Max(1, sale.Memory[^1].T), sale.Memory.Max(sample => sample.Bytes) * 1.15);
        foreach (var share in (double[])[0, 0.5, 1])
        {
            var bytes = (long)(most * share);
            svg.Line(left, Y(bytes), Width - 10, Y(bytes), "grid").Text(left - 8, Y(bytes) + 4, Figures.Megabytes(bytes), "tick", "end");
        }

        return svg.Path(sale.Memory.Select(sample => (left + (sample.T / longest * (Width - left - 10)), Y(sample.Bytes))), "stock edge")
            .Text(left, height - 6, "0 s", "tick")
            .Text(Width - 10, height - 6, Figures.Seconds(longest), "tick", "end")
            .ToString();

        double Y(long bytes) => 10 + ((1 - (bytes / most)) * (height - bottom - 10));
    }
}
