using HdrHistogram;

namespace Ticketing.RaceLab.Sales;

/// <summary>The result of a <see cref="Sale"/>, written to <c>results.json</c> in snake_case.</summary>
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

    /// <summary>Holds that were answered and found in the database afterwards, whatever became of them, per second of the load.</summary>
    public double HoldsPerSecond { get; init; }

    /// <summary>From the first order to the last confirmation if it sold out, otherwise to the end of the load.</summary>
    public required double SaleSeconds { get; init; }

    /// <summary>Answers of any kind, per second of the load.</summary>
    public required double RequestsPerSecond { get; init; }

    public required double LoadSeconds { get; init; }

    /// <summary>Bookings per second in the <see cref="Sale.FirstSeconds"/> after the system reported ready; null if they were not measured.</summary>
    public double? FirstSecondsBookingsPerSecond { get; init; }

    public required int Requests { get; init; }

    public required long Booked { get; init; }

    public required long TicketsSold { get; init; }

    public required long TicketsLeft { get; init; }

    public required int SoldOut { get; init; }

    public required int NotEnough { get; init; }

    public required int Busy { get; init; }

    public required IReadOnlyDictionary<string, int> Failures { get; init; }

    /// <summary>Orders whose answer was lost, before they were repeated.</summary>
    public required int Unknown { get; init; }

    /// <summary>How many of <see cref="Unknown"/> were settled by their key.</summary>
    public required int Resolved { get; init; }

    public required int Dropped { get; init; }

    public required long Oversold { get; init; }

    public long? ConnectionsOpened { get; init; }

    /// <summary>Orders that were not refused because tickets ran out.</summary>
    public required LatencySummary OrderLatency { get; init; }

    /// <summary>Of <c>GET /status</c>, if the mix includes it.</summary>
    public required LatencySummary StatusLatency { get; init; }

    public required LatencySummary AllLatency { get; init; }

    public required CpuShares Cpu { get; init; }

    /// <summary>Transactions that the database has committed during the load; null if the lab has not started it.</summary>
    public long? Commits { get; init; }

    public long? PeakMemoryBytes { get; init; }

    /// <summary>Memory of the API during the load.</summary>
    public required IReadOnlyList<MemorySample> Memory { get; init; }

    /// <summary>The stock during the sale, from the bookings in the order of their ids.</summary>
    public required IReadOnlyList<StockPoint> Stock { get; init; }

    public required IReadOnlyList<string> Violations { get; init; }

    public int FailureCount => Failures.Values.Sum();

    /// <summary>Share of requests that failed: neither served nor refused because tickets ran out.</summary>
    public double ErrorShare => (Busy + FailureCount) / (double)Math.Max(1, Requests + Failures.GetValueOrDefault("answer lost") + Failures.GetValueOrDefault("no connection"));
}

/// <param name="T">Seconds since the load began.</param>
/// <param name="Left">Tickets; below zero is oversold.</param>
public readonly record struct StockPoint(double T, long Left);

/// <param name="T">Seconds since the load began.</param>
public readonly record struct MemorySample(double T, long Bytes);

/// <summary>In cores: 1 is one core, fully used. Null if the processes cannot be observed.</summary>
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
