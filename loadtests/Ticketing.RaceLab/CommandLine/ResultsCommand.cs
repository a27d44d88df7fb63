using System.CommandLine;
using Spectre.Console;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Results;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.CommandLine;

/// <summary><c>results</c>: the table of the source system, for every strategy, with pictures of the dashboard's panels.</summary>
internal static class ResultsCommand
{
    private const string WithoutPool = "naive without pool";

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(3);

    private static readonly Option<IReadOnlyList<string>?> _scenarios = Values.Words("--scenarios", "Scenarios to run. [default: normal,high]", Scenarios.Names);
    private static readonly Option<IReadOnlyList<string>?> _strategies = Values.Words("--strategies", "Strategies to run; naive also without a pool. [default: all]", Sale.Strategies);
    private static readonly Option<TimeSpan?> _duration = Values.Duration(
        "--duration", "Time for one sale. [default: that of the scenario]", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));

    private static readonly Option<bool> _updatePage = new("--update-page") { Description = "Write the tables into loadtests/RESULTS.md, and the pictures beside it." };
    private static readonly Option<string?> _out = Values.Out();

    public static Command Create()
    {
        var command = new Command(
            "results",
            "Measures the scenarios of the source system with naive without a pool, which is its design, and with every strategy, on MariaDB, while a Prometheus scrapes the API. "
            + "Prints the tables of loadtests/RESULTS.md, and draws the first row of the dashboard for each sale. Takes a quarter of an hour.")
        {
            _scenarios, _strategies, _duration, _updatePage, _out,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var scenarios = given.GetValue(_scenarios) ?? Scenarios.Names;
        var strategies = given.GetValue(_strategies) ?? Sale.Strategies;
        await ApiProgram.PublishAsync(step => AnsiConsole.MarkupLineInterpolated($"[grey]{step}[/]"));
        await using var laboratory = await Laboratory.OpenAsync("mariadb", withRedis: strategies.Intersect(Sale.OverRedis).Any());

        var observers = new Dictionary<string, PrometheusObserver>();
        var session = new SaleSession(laboratory, "Race lab: results", LabCommandLine.Spell(given), given.GetValue(_out), [], sale => observers[sale.Name] = new());
        try
        {
            var code = await session.RunAsync([.. scenarios.SelectMany(scenario => SalesOf(scenario, strategies, given.GetValue(_duration)))], mayLeaveOut: false, cancellationToken);
            await WriteAsync(scenarios, session.Report!, observers, given.GetValue(_updatePage));
            return code;
        }
        finally
        {
            foreach (var observer in observers.Values)
            {
                await observer.DisposeAsync();
            }
        }
    }

    private static LoadPlan PlanOf(string scenario) => scenario == "normal" ? Scenarios.Normal : Scenarios.High;

    private static IEnumerable<Sale> SalesOf(string scenario, IReadOnlyList<string> strategies, TimeSpan? duration)
    {
        var plan = PlanOf(scenario);
        if (duration is { } shorter)
        {
            plan = plan with { Duration = shorter, RampUp = plan.RampUp * (shorter / plan.Duration), RampDown = plan.RampDown * (shorter / plan.Duration) };
        }

        foreach (var name in strategies.SelectMany(strategy => strategy == Sale.Naive ? (string[])[WithoutPool, strategy] : [strategy]))
        {
            yield return new Sale
            {
                Name = $"{scenario}, {name}",
                Strategy = name == WithoutPool ? Sale.Naive : name,
                Tickets = Scenarios.Tickets,
                Plan = plan,
                WarmUp = _warmUp,
                System = new() { Pooling = name != WithoutPool },
            };
        }
    }

    private static async Task WriteAsync(IReadOnlyList<string> scenarios, Report report, Dictionary<string, PrometheusObserver> observers, bool updatePage)
    {
        var page = Repository.File("loadtests", "RESULTS.md");
        var pictures = Repository.File("loadtests", ResultsPage.Pictures);
        foreach (var scenario in scenarios)
        {
            var sales = report.Sales.Where(sale => sale.Name.StartsWith($"{scenario}, ", StringComparison.Ordinal) && observers[sale.Name].Seen is not null)
                .Select(sale => new MeasuredSale(sale, observers[sale.Name].Seen!)).ToList();
            if (sales.Count == 0)
            {
                continue;
            }

            var table = $"{ResultsPage.Table(scenario, PlanOf(scenario), sales)}\n{Markdown.Origin(report)}";
            Console.WriteLine();
            Console.WriteLine(table);
            if (updatePage)
            {
                await ReadmeSection.WriteAsync(scenario, table, page);
                Directory.CreateDirectory(pictures);
                foreach (var sale in sales)
                {
                    await File.WriteAllTextAsync(Path.Combine(pictures, ResultsPage.FileOf(sale.Result)), PanelPicture.Draw(sale.Result.Name, sale.Seen));
                }
            }
        }
    }
}
