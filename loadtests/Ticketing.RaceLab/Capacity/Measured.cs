using System.Text.Json;
using Ticketing.RaceLab.Reporting;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Capacity;

/// <summary>
/// What <c>capacity --measure</c> found on one machine. It is in <c>measured.json</c>, the only place from which the simulation takes costs, and
/// <see cref="Costs"/> says how each follows from it.
/// </summary>
/// <param name="Provenance">Machine, commit and date.</param>
/// <param name="Cores">Cores of the machine.</param>
/// <param name="Cycles">Batches of one connection, without the API.</param>
/// <param name="Sales">Sales through the API.</param>
public sealed record Measured(Provenance Provenance, int Cores, IReadOnlyList<Cycle> Cycles, IReadOnlyList<MeasuredSale> Sales)
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static string File { get; } = Repository.File("loadtests", "Ticketing.RaceLab", "Capacity", "measured.json");

    public static Measured Read() => JsonSerializer.Deserialize<Measured>(System.IO.File.ReadAllText(File), _json)!;

    public void Write() => System.IO.File.WriteAllText(File, JsonSerializer.Serialize(this, _json) + "\n");

    /// <summary>The costs, each with where it comes from.</summary>
    public IReadOnlyList<Cost> Sources()
    {
        var (one, unflushed, full) = (Find(1, isFlushed: true), Find(1, isFlushed: false), Cycles.Where(cycle => cycle.IsFlushed).MaxBy(cycle => cycle.Orders)!);
        var batched = Sales.First(sale => sale.Point.Role == Role.Batched).Figures;
        var forUpdate = Sales.First(sale => sale.Point.Role == Role.ForUpdate).Figures;
        var writerPerOrder = PerOrder(cycle => cycle.Client);
        var databasePerOrder = PerOrder(cycle => cycle.Database);
        var writerPerBatch = unflushed.Client - writerPerOrder;
        var databasePerBatch = unflushed.Database - databasePerOrder;
        var flushCpu = Math.Max(0, one.Database - unflushed.Database);
        var few = Sales.First(sale => sale.Point.Role == Role.SmallBatches).Figures;
        var apiPerBatch = (few.ApiMicros - batched.ApiMicros) / ((1 / few.BatchSize) - (1 / batched.BatchSize));
        var http = batched.ApiMicros - writerPerOrder - (apiPerBatch / batched.BatchSize);
        return
        [
            new(nameof(Capacity.Costs.RoundTrip), Math.Max(0, unflushed.Wall - unflushed.Client - unflushed.Database) / 2, "a batch of one order without flush: half of its time that is no CPU"),
            new(nameof(Capacity.Costs.Flush), Math.Max(0, one.Wall - unflushed.Wall - flushCpu), "a batch of one order: its time with `innodb_flush_log_at_trx_commit=1` less that with 0, without the CPU"),
            new(nameof(Capacity.Costs.FlushCpu), flushCpu, "the same difference, of the CPU of mariadbd"),
            new(nameof(Capacity.Costs.Http), http, $"CPU of the API for a booking, {batched.ApiMicros:0} µs in \"{Point(Role.Batched)}\", less what its share of a batch of {batched.BatchSize:0} takes"),
            new(nameof(Capacity.Costs.WriterPerBatch), writerPerBatch, "CPU of the client for batches of one order without flush, less that for the order"),
            new(nameof(Capacity.Costs.WriterPerOrder), writerPerOrder, $"CPU of the client: batches of {full.Orders} orders less batches of one, for each order"),
            new(nameof(Capacity.Costs.BesidePerBatch), Math.Max(0, apiPerBatch - writerPerBatch), $"CPU of the API for a booking in \"{Point(Role.SmallBatches)}\", {few.ApiMicros:0} µs in batches of {few.BatchSize:0}, compared with that above: {apiPerBatch:0} µs for a batch, less the writer's"),
            new(nameof(Capacity.Costs.DatabasePerBatch), databasePerBatch, "CPU of mariadbd for batches of one order without flush, less that for the order"),
            new(nameof(Capacity.Costs.DatabasePerOrder), databasePerOrder, $"CPU of mariadbd: batches of {full.Orders} orders less batches of one, for each order"),
            new(nameof(Capacity.Costs.ForUpdateApi), Math.Max(0, forUpdate.ApiMicros - http), $"CPU of the API for a booking, {forUpdate.ApiMicros:0} µs in \"{Point(Role.ForUpdate)}\", less that for HTTP"),
            new(nameof(Capacity.Costs.ForUpdateDatabase), forUpdate.DatabaseMicros, $"CPU of mariadbd for a booking in \"{Point(Role.ForUpdate)}\""),
            new(nameof(Capacity.Costs.Generator), batched.GeneratorMicros, $"CPU of the load generator for a booking in \"{Point(Role.Batched)}\""),
        ];

        double PerOrder(Func<Cycle, double> of) => Math.Max(0, (of(full) - of(one)) / (full.Orders - 1));
    }

    public Costs Costs() => Capacity.Costs.Of(Sources().ToDictionary(cost => cost.Name, cost => cost.Micros));

    private Cycle Find(int orders, bool isFlushed) => Cycles.First(cycle => cycle.Orders == orders && cycle.IsFlushed == isFlushed);

    private string Point(Role role) => Sales.First(sale => sale.Point.Role == role).Point.Name;
}

/// <param name="Name">Of a property of <see cref="Capacity.Costs"/>.</param>
/// <param name="Micros">Its value.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record Cost(string Name, double Micros, string Source);

/// <summary>Batches of one connection, one after the other. Times are of one batch, in microseconds.</summary>
/// <param name="Orders">Orders in each batch.</param>
/// <param name="IsFlushed">Whether its COMMIT waits for a flush.</param>
/// <param name="Wall">Until it was committed.</param>
/// <param name="Client">CPU of the client.</param>
/// <param name="Database">CPU of mariadbd.</param>
public sealed record Cycle(int Orders, bool IsFlushed, double Wall, double Client, double Database);

/// <summary>What a point is for.</summary>
public enum Role
{
    /// <summary>The simulation is compared with it.</summary>
    Comparison,

    /// <summary>The CPU per booking of <c>batched</c> is taken from it.</summary>
    Batched,

    /// <summary>The CPU of the API per batch is taken from it and <see cref="Batched"/>.</summary>
    SmallBatches,

    /// <summary>The CPU per booking of <c>for_update</c> is taken from it.</summary>
    ForUpdate,
}

/// <summary>A sale that is measured and simulated.</summary>
public sealed record Point(string Name, Role Role, string Strategy = "batched", int Buyers = 300, double? Rate = null, int Events = 1, int Replicas = 1, int PoolSize = 40)
{
    public static IReadOnlyList<Point> All { get; } =
    [
        new("one hot event, 300 buyers", Role.Batched),
        new("one hot event, 30 buyers", Role.SmallBatches, Buyers: 30),
        new("for_update, one hot event, 300 buyers", Role.ForUpdate, "for_update", PoolSize: 8),
        new("one buyer", Role.Comparison, Buyers: 1),
        new("one hot event, 5,000 orders/s", Role.Comparison, Rate: 5000),
        new("10 hot events, 300 buyers", Role.Comparison, Events: 10),
        new("for_update, 10 hot events, 300 buyers", Role.Comparison, "for_update", Events: 10),
        new("one hot event, 100 buyers", Role.Comparison, Buyers: 100),
        new("3 hot events, 300 buyers", Role.Comparison, Events: 3),
        new("3 replicas, one hot event, 300 buyers", Role.Comparison, Replicas: 3),
    ];

    /// <summary>The same on paper, on a machine with so many cores.</summary>
    public Scenario On(int cores, Costs costs) => new()
    {
        Costs = costs,
        Buyers = Rate is null ? Buyers : null,
        Rate = Rate ?? 0,
        Events = Events,
        IsBatched = Strategy == "batched",
        Replicas = Replicas,
        CoresPerReplica = cores,
        IsSpread = true, // the lab's buyers ask all replicas in turn
        IsOneMachine = true,
        HasBinlog = false, // as the lab starts MariaDB
        PoolSize = PoolSize,
    };
}

public sealed record MeasuredSale(Point Point, SaleFigures Figures);

/// <param name="BookingsPerSecond">Bookings that are in the database.</param>
/// <param name="P50">In milliseconds.</param>
/// <param name="P99">In milliseconds.</param>
/// <param name="BatchSize">Bookings for each COMMIT.</param>
/// <param name="ApiMicros">CPU of all replicas for a booking.</param>
/// <param name="DatabaseMicros">CPU of mariadbd for a booking.</param>
/// <param name="GeneratorMicros">CPU of the load generator for a booking.</param>
public sealed record SaleFigures(double BookingsPerSecond, double P50, double P99, double BatchSize, double ApiMicros, double DatabaseMicros, double GeneratorMicros);
