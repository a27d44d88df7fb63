using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Capacity;

/// <summary>What is simulated: the load, and the machines that carry it.</summary>
public sealed record Scenario
{
    /// <summary>Open loop: orders per second, at random times (Poisson), whatever the response times.</summary>
    public double Rate { get; init; } = 1000;

    /// <summary>Closed loop, as the lab measures: this many buyers, each of whom waits for an answer before the next order. Null for the open loop.</summary>
    public int? Buyers { get; init; }

    public int Events { get; init; } = 1;

    /// <summary>How unequally the orders are spread over the events: the exponent of Zipf's law. 0 is evenly, 1 gives the second event half of the orders of the first.</summary>
    public double Skew { get; init; }

    /// <summary><c>batched</c>; otherwise a transaction for each order, <c>for_update</c>.</summary>
    public bool IsBatched { get; init; } = true;

    public int Replicas { get; init; } = 1;

    public int CoresPerReplica { get; init; } = 4;

    /// <summary>Databases, each of which has the events whose number is its own modulo this.</summary>
    public int Databases { get; init; } = 1;

    public int CoresPerDatabase { get; init; } = 8;

    /// <summary>Whether the orders of an event go to any replica, instead of one.</summary>
    public bool IsSpread { get; init; }

    /// <summary>Whether the load generator, the replicas and the databases share the cores of one machine, <see cref="CoresPerReplica"/> of them.</summary>
    public bool IsOneMachine { get; init; }

    /// <summary>
    /// Whether the database writes a binlog with <c>sync_binlog=1</c>. A commit then flushes twice, and holds its locks meanwhile; without a binlog InnoDB releases
    /// them before its flush.
    /// </summary>
    public bool HasBinlog { get; init; } = true;

    /// <summary>Whether commits that wait for the log share its next flush.</summary>
    public bool SharesFlushes { get; init; } = true;

    /// <summary><c>Database__MaxPoolSize</c>: connections of a replica to a database.</summary>
    public int PoolSize { get; init; } = 40;

    /// <summary><c>Booking__MaxBatchSize</c>.</summary>
    public int MaxBatchSize { get; init; } = 500;

    /// <summary><c>Booking__QueueCapacity</c>.</summary>
    public int QueueCapacity { get; init; } = 10_000;

    /// <summary>Simulated time that is measured, after a quarter of it that is not.</summary>
    public double Seconds { get; init; } = 2;

    public int Seed { get; init; } = 1;

    public required Costs Costs { get; init; }

    /// <summary>The share of the hottest event in all orders.</summary>
    public double HottestShare => 1 / Enumerable.Range(1, Events).Sum(rank => Math.Pow(rank, -Skew));

    /// <summary>Time for which a batch of this size keeps the writer of its event, if nobody else wants the machines.</summary>
    public double WriterTime(int orders) => (2 * Costs.RoundTrip) + CommitFlush + CpuOf(orders);

    /// <summary>Time for which a batch of this size holds its event's lock, if nobody else wants the machines.</summary>
    public double LockTime(int orders) => Costs.RoundTrip + (HasBinlog ? CommitFlush : 0) + CpuOf(orders) - (Costs.WriterPerBatch / 2);

    /// <summary>Two with a binlog.</summary>
    public int FlushesPerCommit => HasBinlog ? 2 : 1;

    private double CommitFlush => (Costs.Flush + Costs.FlushCpu) * FlushesPerCommit;

    private double CpuOf(int orders) => Costs.WriterPerBatch + Costs.DatabasePerBatch + (orders * (Costs.WriterPerOrder + Costs.DatabasePerOrder));
}

/// <summary>What became of it. Shares are of what there is: 1 is fully used.</summary>
public sealed record Outcome
{
    /// <summary>Orders that were booked, per second.</summary>
    public required double BookedPerSecond { get; init; }

    /// <summary>Orders that were answered <c>busy</c>, because the queue of their event was full, per second.</summary>
    public required double BusyPerSecond { get; init; }

    /// <summary>Of orders that were booked.</summary>
    public required LatencySummary Latency { get; init; }

    /// <summary>The mean, in milliseconds.</summary>
    public required double MeanLatency { get; init; }

    /// <summary>Orders in a batch, on average.</summary>
    public required double BatchSize { get; init; }

    /// <summary>Of the replica that has most to do.</summary>
    public required double ApiShare { get; init; }

    /// <summary>Of all replicas.</summary>
    public required double MeanApiShare { get; init; }

    /// <summary>Of the database that has most to do.</summary>
    public required double DatabaseShare { get; init; }

    /// <summary>Of all databases.</summary>
    public required double MeanDatabaseShare { get; init; }

    /// <summary>Of the log of the database that has most to do: how long a flush is under way. Commits that share flushes wait for at most two, even at 1.</summary>
    public required double LogShare { get; init; }

    /// <summary>Of what one event can sell, the hottest: its lock, or its only writer.</summary>
    public required double EventShare { get; init; }

    /// <summary>Of the connections of the pool that has most to do, on average.</summary>
    public required double PoolShare { get; init; }

    /// <summary>Connections that were in use at the same time, of all replicas together, at the most.</summary>
    public required int Connections { get; init; }

    /// <summary>What is, or will first be, fully used, and how much of it is.</summary>
    public required (string Name, double Share) Limit { get; init; }
}
