using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Ticketing.RaceLab.Capacity;
using Ticketing.RaceLab.Reporting;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.CommandLine;

/// <summary><c>capacity</c>: how many machines a load needs, on paper.</summary>
internal static class CapacityCommand
{
    private const string All = "any";
    private const string Off = "off";

    /// <summary>For plans, as the costs were measured on one machine: an assumption for one data centre.</summary>
    private const double NetworkRoundTrip = 500;

    private static readonly string _page = Repository.File("docs", "decisions", "capacity.md");

    private static readonly double[] _rates = [1_000, 10_000, 100_000];
    private static readonly (string Name, int Events, double Skew)[] _loads = [("one", 1, 0), ("10,000, evenly", 10_000, 0), ("10,000, Zipf 1", 10_000, 1)];

    private static readonly Option<double?> _rate = Values.Positive("--rate", "Simulate one load of this many orders per second, instead of all plans.", 1, 1_000_000);
    private static readonly Option<int?> _events = Values.Number("--events", "Events on sale. [default: 1]", 1, 1_000_000);
    private static readonly Option<double?> _skew = Values.Positive("--skew", "Zipf's exponent of the events; 0 is evenly. [default: 0]", 0, 5);
    private static readonly Option<string?> _strategy = Values.Word("--strategy", "A batch or an order in a transaction. [default: batched]", "batched", "for_update");
    private static readonly Option<int?> _replicas = Values.Number("--replicas", "API processes. [default: 1]", 1, 1000);
    private static readonly Option<int?> _cores = Values.Number("--cores", "Cores of each. [default: 4]", 1, 256);
    private static readonly Option<string?> _routing = Values.Word("--routing", "Whether one replica has all orders of an event, as the edge does it. [default: event]", "event", All);
    private static readonly Option<int?> _databases = Values.Number("--databases", "Databases, over which the events are split. [default: 1]", 1, 1000);
    private static readonly Option<int?> _databaseCores = Values.Number("--database-cores", "Cores of each. [default: 8]", 1, 256);
    private static readonly Option<string?> _binlog = Values.Word("--binlog", "Whether a commit also flushes a binlog, and holds its locks meanwhile. [default: on]", "on", Off);
    private static readonly Option<string?> _flushes = Values.Word("--flushes", "Whether commits that wait share a flush. [default: shared]", "shared", "serial");
    private static readonly Option<int?> _pool = Values.Number("--pool", "Connections of a replica to a database. [default: 40]", 1, 10_000);
    private static readonly Option<int?> _batch = Values.Number("--batch", "Most orders in a batch. [default: 500]", 1, 5000);
    private static readonly Option<TimeSpan?> _seconds = Values.Duration("--seconds", "Simulated time. [default: 1s]", TimeSpan.FromSeconds(0.1), TimeSpan.FromHours(1));
    private static readonly Option<int?> _seed = Values.Number("--seed", "Seed of the random numbers. [default: 1]", 0, int.MaxValue);
    private static readonly Option<IReadOnlyDictionary<string, double>?> _costs = Values.Assignments(
        "--costs", $"Other costs than the measured ones, in µs, such as Flush=2000. [default: RoundTrip={NetworkRoundTrip}]", [.. typeof(Costs).GetProperties().Select(property => property.Name)]);

    private static readonly Option<bool> _measure = new("--measure") { Description = "Measure the costs, and the sales that the simulation is compared with, on this machine, into Capacity/measured.json." };
    private static readonly Option<bool> _updatePage = new("--update-page") { Description = "Write the tables into docs/decisions/capacity.md." };

    public static Command Create()
    {
        var command = new Command(
            "capacity",
            "Simulates how an order goes through replicas and databases, with measured costs: what 1,000, 10,000 and 100,000 orders per second need, or what becomes of one load.")
        {
            _rate, _events, _skew, _strategy, _replicas, _cores, _routing, _databases, _databaseCores, _binlog, _flushes, _pool, _batch, _seconds, _seed, _costs, _measure, _updatePage,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var command = LabCommandLine.Spell(given);
        if (given.GetValue(_measure))
        {
            (await CostMeasurement.RunAsync(command, AnsiConsole.Console, cancellationToken)).Write();
        }

        var measured = Measured.Read();
        var costs = measured.Costs().With(new Dictionary<string, double> { [nameof(Costs.RoundTrip)] = NetworkRoundTrip }).With(given.GetValue(_costs) ?? new Dictionary<string, double>());
        if (given.GetValue(_rate) is { } rate)
        {
            var table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumns("", "");
            foreach (var (name, value) in CapacityTables.Describe(Simulation.Run(ScenarioOf(given, costs) with { Rate = rate })))
            {
                table.AddRow(name, value);
            }

            AnsiConsole.Write(table);
            return ExitCodes.Success;
        }

        var points = measured.Sales.Select(sale => (sale, Simulation.Run(sale.Point.On(measured.Cores, measured.Costs())))).ToList();
        var plans = _rates.SelectMany(rate => _loads.Select(load => (load.Name, Plan.For(ScenarioOf(given, costs) with { Rate = rate, Events = load.Events, Skew = load.Skew })))).ToList();
        (string Name, string Table)[] tables =
        [
            ("costs", CapacityTables.Costs(measured)),
            ("agreement", CapacityTables.Agreement(measured, points)),
            ("plans", CapacityTables.Plans(plans, string.Create(CultureInfo.InvariantCulture, $"With a round trip of {costs.RoundTrip:0} µs and a flush of {costs.Flush:0} µs."), Provenance.Of(command, ""))),
        ];
        foreach (var (name, table) in tables)
        {
            Console.WriteLine();
            Console.WriteLine(table);
            if (given.GetValue(_updatePage))
            {
                await ReadmeSection.WriteAsync(name, table, _page);
            }
        }

        return ExitCodes.Success;
    }

    private static Scenario ScenarioOf(ParseResult given, Costs costs)
    {
        var defaults = new Scenario { Costs = costs, Seconds = 1 };
        return defaults with
        {
            Events = given.GetValue(_events) ?? defaults.Events,
            Skew = given.GetValue(_skew) ?? defaults.Skew,
            IsBatched = given.GetValue(_strategy) != "for_update",
            Replicas = given.GetValue(_replicas) ?? defaults.Replicas,
            CoresPerReplica = given.GetValue(_cores) ?? defaults.CoresPerReplica,
            IsSpread = given.GetValue(_routing) == All,
            Databases = given.GetValue(_databases) ?? defaults.Databases,
            CoresPerDatabase = given.GetValue(_databaseCores) ?? defaults.CoresPerDatabase,
            HasBinlog = given.GetValue(_binlog) != Off,
            SharesFlushes = given.GetValue(_flushes) != "serial",
            PoolSize = given.GetValue(_pool) ?? defaults.PoolSize,
            MaxBatchSize = given.GetValue(_batch) ?? defaults.MaxBatchSize,
            Seconds = given.GetValue(_seconds)?.TotalSeconds ?? defaults.Seconds,
            Seed = given.GetValue(_seed) ?? defaults.Seed,
        };
    }
}
