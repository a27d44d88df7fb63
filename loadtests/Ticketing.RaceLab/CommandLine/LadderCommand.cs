using System.CommandLine;
using Spectre.Console;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.CommandLine;

/// <summary><c>ladder</c>: from the system that oversells to the one that is correct and fast, one flaw at a time.</summary>
internal static class LadderCommand
{
    /// <summary>Few enough that the slowest naive rung sells out too: only then can it oversell.</summary>
    private const int DefaultTickets = 2000;

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(3);

    private static readonly Option<int?> _tickets = Values.Number("--tickets", $"Stock. [default: {DefaultTickets}]", 1, 10_000_000);
    private static readonly Option<int?> _buyers = Values.Number("--buyers", "Buyers at the same time. [default: 300]", 1, 20_000);
    private static readonly Option<TimeSpan?> _duration = Values.Duration(
        "--duration", "Maximum time for one rung. [default: 60s]", TimeSpan.FromSeconds(0.5), TimeSpan.FromHours(1));

    private static readonly Option<bool> _updateReadme = ReadmeSection.Option();
    private static readonly Option<string?> _out = Values.Out();

    public static Command Create()
    {
        var command = new Command(
            "ladder",
            "Measures each rung, from naive without a pool to batched, in one run on MariaDB, and prints the table of loadtests/README.md.")
        {
            _tickets, _buyers, _duration, _updateReadme, _out,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var plan = new LoadPlan
        {
            Buyers = given.GetValue(_buyers) ?? Scenarios.High.Buyers,
            Duration = given.GetValue(_duration) ?? TimeSpan.FromSeconds(60),
            StopWhenSoldOut = true,
        };
        await ApiProgram.PublishAsync(step => AnsiConsole.MarkupLineInterpolated($"[grey]{step}[/]"));
        await using var laboratory = await Laboratory.OpenAsync("mariadb", withRedis: true);
        var session = new SaleSession(laboratory, "Race lab: the ladder", LabCommandLine.Spell(given), given.GetValue(_out), []);
        var code = await session.RunAsync([.. Rungs().Select(rung => rung with { Plan = plan, Tickets = given.GetValue(_tickets) ?? DefaultTickets })], mayLeaveOut: false, cancellationToken);
        var table = Markdown.Ladder(session.Report!);
        Console.WriteLine();
        Console.WriteLine(table);
        if (given.GetValue(_updateReadme))
        {
            await ReadmeSection.WriteAsync("ladder", table);
        }

        return code;
    }

    private static IEnumerable<Sale> Rungs()
    {
        var naive = new Sale { Name = "naive", Strategy = Sale.Naive, Tickets = 0, WarmUp = _warmUp, Plan = Scenarios.High };
        yield return naive with { Name = "naive without pool", System = new() { Pooling = false } };
        foreach (var strategy in Sale.Strategies)
        {
            yield return naive with { Name = strategy == Sale.Naive ? "naive with pool" : strategy, Strategy = strategy };
        }
    }
}
