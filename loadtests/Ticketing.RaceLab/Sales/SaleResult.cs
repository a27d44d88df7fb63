using HdrHistogram;

namespace Ticketing.RaceLab.Sales;

/// <summary>What came of a <see cref="Sale"/>. Goes into <c>results.json</c> as it is, in snake_case.</summary>
public sealed record SaleResult
{
    public required string Name { get; init; }

    public required string Strategy { get; init; }

    public required int Tickets { get; init; }

    public required int Events { get; init; }

    public required int Buyers { get; init; }

    public required int Replicas { get; init; }

    public required bool Pooling { get; init; }

    public required bool Keys { get; init; }

    /// <summary>
    /// Confirmed bookings that were found in the database afterwards, per second of <see cref="SaleSeconds"/>.
    /// </summary>
    public required double BookingsPerSecond { get; init; }

    /// <summary>From the first order to the last confirmation when it sold out, else to the end of the load.</summary>
    public required double SaleSeconds { get; init; }

    /// <summary>Answers of any kind, per second of the load.</summary>
    public required double RequestsPerSecond { get; init; }

    public required double LoadSeconds { get; init; }

    /// <summary>Bookings per second in the <see cref="Sale.FirstSeconds"/> after the system said that it is ready; null where it was not watched so long.</summary>
    public double? FirstSecondsBookingsPerSecond { get; init; }

    public required int Requests { get; init; }

    public required long Booked { get; init; }

    public required long TicketsSold { get; init; }

    public required long TicketsLeft { get; init; }

    public required int SoldOut { get; init; }

    public required int NotEnough { get; init; }

    public required int Busy { get; init; }

    public required IReadOnlyDictionary<string, int> Failures { get; init; }

    /// <summary>Orders whose answer was lost, before they were asked about again.</summary>
    public required int Unknown { get; init; }

    /// <summary>How many of <see cref="Unknown"/> their key has settled.</summary>
    public required int Resolved { get; init; }

    public required int Dropped { get; init; }

    public required long Oversold { get; init; }

    public long? ConnectionsOpened { get; init; }

    /// <summary>Orders that were not refused for want of tickets.</summary>
    public required LatencySummary OrderLatency { get; init; }

    /// <summary>Of <c>GET /status</c>, where the mix has it.</summary>
    public required LatencySummary StatusLatency { get; init; }

    public required LatencySummary AllLatency { get; init; }

    public required CpuShares Cpu { get; init; }

    public long? PeakMemoryBytes { get; init; }

    /// <summary>Memory of the API in the course of the load.</summary>
    public required IReadOnlyList<MemorySample> Memory { get; init; }

    /// <summary>The stock in the course of the sale, from the bookings in the order of their ids.</summary>
    public required IReadOnlyList<StockPoint> Stock { get; init; }

    public required IReadOnlyList<string> Violations { get; init; }

    public int FailureCount => Failures.Values.Sum();

    /// <summary>What share of all requests failed: neither answered nor refused for want of tickets.</summary>
    public double ErrorShare => (Busy + FailureCount) / (double)Math.Max(1, Requests + Failures.GetValueOrDefault("answer lost") + Failures.GetValueOrDefault("no connection"));
}

/// <param name="T">Seconds since the load began.</param>
/// <param name="Left">Tickets; below zero is oversold.</param>
public readonly record struct StockPoint(double T, long Left);

/// <param name="T">Seconds since the load began.</param>
public readonly record struct MemorySample(double T, long Bytes);

/// <summary>In cores: 1 is one core at work all the time. Null where the processes are out of reach.</summary>
public sealed record CpuShares(double Generator, double? Api, double? Database)
{
    public int Cores { get; } = Environment.ProcessorCount;
}

/// <summary>In milliseconds.</summary>
public sealed record LatencySummary(double P50, double P90, double P95, double P99, double P999, double Max)
{
    public static LatencySummary Of(HistogramBase histogram) => new(
        At(histogram, 50), At(histogram, 90), At(histogram, 95), At(histogram, 99), At(histogram, 99.9), At(histogram, 100));

    private static double At(HistogramBase histogram, double percentile) =>
        histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percentile) / 1000.0;
}
