using System.CommandLine;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;
using Ticketing.RaceLab.Verification;

namespace Ticketing.RaceLab.CommandLine;

/// <summary>The default command: sells the same stock to the same buyers with each strategy, and compares.</summary>
internal static class SaleCommand
{
    private const int DefaultTickets = 500;
    private const string HoldWord = "hold";

    private static readonly HoldFlow _defaultFlow = new(Seconds: 2, Confirmed: 60, Released: 20);

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

    private static readonly LoadPlan _default = new() { Buyers = 64, Duration = TimeSpan.FromSeconds(10), StopWhenSoldOut = true };

    private static readonly Option<IReadOnlyList<string>?> _strategies = Values.Words(
        "--strategies", "Strategies to run, in this order. [default: all that are available]", Sale.Strategies);

    private static readonly Option<int?> _tickets = Values.Number("--tickets", $"Stock of the event. [default: {DefaultTickets}; 5000 with --scenario]", 1, 10_000_000);
    private static readonly Option<int?> _buyers = Values.Number("--buyers", $"Buyers at the same time, each with a connection. [default: {_default.Buyers}]", 1, 20_000);
    private static readonly Option<TimeSpan?> _duration = Values.Duration(
        "--duration", "Maximum time for one strategy; a sale ends a second after it sold out. [default: 10s]", TimeSpan.FromSeconds(0.5), TimeSpan.FromHours(24));

    private static readonly Option<TimeSpan?> _thinkTime = Values.Duration(
        "--think-time", "Time that a buyer waits between an answer and the next request. [default: 0; 100ms with --scenario]", TimeSpan.Zero, TimeSpan.FromMinutes(10));

    private static readonly Option<string?> _scenario = Values.Word(
        "--scenario", "The load of the k6 scripts: normal (50 buyers who come and leave, 80 % orders) or high (300 at once, 95 % orders). Runs to the end even when sold out.", Scenarios.Names);

    private static readonly Option<double?> _rate = Values.Rate();
    private static readonly Option<IReadOnlyList<int>?> _quantities = Values.Numbers(
        "--quantity", "Tickets per order; several values, such as 1,2,4, are equally likely. [default: 1]", 1, 10);

    private static readonly Option<string?> _flow = Values.Word(
        "--flow", "book: order at once. hold: hold, then confirm, release, or walk away, so that the hold lapses. [default: book]", "book", HoldWord);

    private static readonly Option<TimeSpan?> _holdTime = Values.Duration(
        "--hold-time", "With --flow hold: for how long tickets are held, in whole seconds. [default: 2s]", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30));

    private static readonly Option<int?> _confirm = Values.Number("--confirm", "With --flow hold: the share of buyers who confirm, in percent. [default: 60]", 0, 100);
    private static readonly Option<int?> _release = Values.Number("--release", "With --flow hold: the share of buyers who release, in percent; the rest walks away. [default: 20]", 0, 100);

    private static readonly Option<int?> _connections = Values.Number("--connections", "With --rate: number of connections that the orders share. [default: as --buyers]", 1, 20_000);
    private static readonly Option<int?> _seed = Values.Number("--seed", "Seed of the random users and quantities. [default: 1]", 0, int.MaxValue);
    private static readonly Option<string?> _keys = Values.Word("--keys", "Whether orders carry an Idempotency-Key, which settles lost answers and costs some speed. [default: on]", "on", "off");
    private static readonly Option<string?> _database = Values.Word("--database", "SQLite, or a MariaDB that is found or started as in the tests. [default: sqlite]", "sqlite", "mariadb");
    private static readonly Option<int?> _replicas = Values.Number("--replicas", "API processes on the same database. [default: 1]", 1, 50);
    private static readonly Option<string?> _pooling = Values.Word("--pooling", "off opens a new database connection for every use. [default: on]", "on", "off");
    private static readonly Option<Uri?> _baseUrl = Values.BaseUrl();
    private static readonly Option<TimeSpan?> _staleness = Values.Duration(
        "--staleness", "With --base-url: maximum age of that system's cached answers; reads that disagree are repeated until then. [default: 310s]", TimeSpan.Zero, TimeSpan.FromHours(1));

    private static readonly Option<string?> _out = Values.Out();

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Sells the same tickets to the same buyers with each strategy, shows which are fast and which oversell, and verifies every booking. "
            + "Without options, it starts the API on SQLite and needs nothing else. "
            + "Exit code: 0 if all invariants hold, 1 if one is broken, 2 if nothing could be measured.")
        {
            _strategies, _tickets, _buyers, _duration, _thinkTime, _scenario, _rate, _quantities, _flow, _holdTime, _confirm, _release, _connections, _seed, _keys,
            _database, _replicas, _pooling, _baseUrl, _staleness, _out,
        };
        root.SetAction(RunAsync);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        RefuseContradictions(given);
        var plan = PlanOf(given);
        var address = given.GetValue(_baseUrl);
        var product = given.GetValue(_database) ?? "sqlite";
        var named = given.GetValue(_strategies);
        var withRedis = named?.Intersect(Sale.OverRedis).Any() ?? (product == "mariadb" && await Laboratory.CanHaveRedisAsync());

        await using var laboratory = address is not null ? Laboratory.Elsewhere(address, given.GetValue(_staleness) ?? HttpLedger.DefaultStaleness) : await Laboratory.OpenAsync(product, withRedis);
        var strategies = named ?? [.. Sale.Strategies.Where(strategy => laboratory.HasRedis || !Sale.OverRedis.Contains(strategy))];
        var notes = new List<string>();
        if (named is null && strategies.Count < Sale.Strategies.Count)
        {
            notes.Add($"{string.Join(" and ", Sale.OverRedis)} were skipped, because they need Redis; --strategies {Sale.Queued} finds or starts one.");
        }

        var sales = strategies.Select(strategy => new Sale
        {
            Name = strategy,
            Strategy = strategy,
            Tickets = given.GetValue(_tickets) ?? (given.GetValue(_scenario) is null ? DefaultTickets : Scenarios.Tickets),
            Plan = plan,
            WarmUp = _warmUp,
            System = new() { Replicas = given.GetValue(_replicas) ?? 1, Pooling = given.GetValue(_pooling) != "off" },
        }).ToList();
        return await new SaleSession(laboratory, "Race lab: booking strategies compared", LabCommandLine.Spell(given), given.GetValue(_out), notes)
            .RunAsync(sales, mayLeaveOut: named is null, cancellationToken);
    }

    private static LoadPlan PlanOf(ParseResult given)
    {
        var plan = given.GetValue(_scenario) switch
        {
            "normal" => Scenarios.Normal,
            "high" => Scenarios.High,
            _ => _default,
        };
        var duration = given.GetValue(_duration);
        return plan with
        {
            Buyers = given.GetValue(_connections) ?? given.GetValue(_buyers) ?? plan.Buyers,
            Duration = duration ?? plan.Duration,

            // A shortened scenario keeps its shape.
            RampUp = duration is { } shorter ? plan.RampUp * (shorter / plan.Duration) : plan.RampUp,
            RampDown = duration is { } time ? plan.RampDown * (time / plan.Duration) : plan.RampDown,
            ThinkTime = given.GetValue(_thinkTime) ?? plan.ThinkTime,
            Rate = given.GetValue(_rate),
            Quantities = given.GetValue(_quantities) ?? plan.Quantities,
            Seed = given.GetValue(_seed) ?? plan.Seed,
            UseKeys = given.GetValue(_keys) != "off",
            Hold = given.GetValue(_flow) != HoldWord ? null : new(
                (int)(given.GetValue(_holdTime)?.TotalSeconds ?? _defaultFlow.Seconds),
                given.GetValue(_confirm) ?? _defaultFlow.Confirmed,
                given.GetValue(_release) ?? Math.Min(_defaultFlow.Released, 100 - (given.GetValue(_confirm) ?? _defaultFlow.Confirmed))),

            // Tickets come back, so "sold out" does not end the sale.
            StopWhenSoldOut = plan.StopWhenSoldOut && given.GetValue(_flow) != HoldWord,
        };
    }

    private static void RefuseContradictions(ParseResult given)
    {
        if (given.GetValue(_baseUrl) is not null)
        {
            foreach (var option in (Option[])[_database, _replicas, _pooling, _flow])
            {
                if (given.GetResult(option) is not null)
                {
                    throw new LabException($"{option.Name} applies only to a system that the lab starts: remove it, or remove --base-url.");
                }
            }
        }
        else if (given.GetValue(_staleness) is not null)
        {
            throw new LabException("--staleness needs --base-url: in its own database, the lab reads the rows.");
        }

        if (given.GetValue(_flow) != HoldWord)
        {
            foreach (var option in (Option[])[_holdTime, _confirm, _release])
            {
                if (given.GetResult(option) is not null)
                {
                    throw new LabException($"{option.Name} needs --flow hold.");
                }
            }
        }
        else if ((given.GetValue(_confirm) ?? 0) + (given.GetValue(_release) ?? 0) > 100)
        {
            throw new LabException("--confirm and --release cannot be more than 100 % together.");
        }

        if (given.GetValue(_rate) is null && given.GetValue(_connections) is not null)
        {
            throw new LabException("--connections needs --rate: without it, every buyer has a connection of its own, see --buyers.");
        }

        if (given.GetValue(_rate) is not null && given.GetValue(_thinkTime) is not null)
        {
            throw new LabException("--think-time cannot be combined with --rate, which determines the time of each order.");
        }

        if (given.GetValue(_rate) is not null && given.GetValue(_scenario) is not null)
        {
            throw new LabException("--rate cannot be combined with --scenario, whose buyers wait for their answers.");
        }
    }
}
