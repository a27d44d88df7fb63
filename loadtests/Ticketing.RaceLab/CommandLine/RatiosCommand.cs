using System.CommandLine;
using Spectre.Console;
using Ticketing.RaceLab.Ratios;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.CommandLine;

/// <summary><c>ratios</c>: the figures that describe the speed of this system.</summary>
internal static class RatiosCommand
{
    private static readonly Option<int?> _rounds = Values.Number("--rounds", "Rounds of measurements; medians are compared. [default: 3]", 1, 100);
    private static readonly Option<TimeSpan?> _seconds = Values.Duration("--seconds", "Time for one measurement, after the warm-up. [default: 8s]", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
    private static readonly Option<TimeSpan?> _warmUp = Values.Duration(
        "--warm-up", "Time for the same load before each measurement, until hot code is compiled. [default: 20s]", Sale.FirstSeconds, TimeSpan.FromHours(1));
    private static readonly Option<int?> _connections = Values.Number("--connections", "Buyers at the same time. [default: 300]", 1, 20_000);
    private static readonly Option<string?> _keys = Values.Word("--keys", "Whether orders carry an Idempotency-Key. [default: off]", "on", "off");
    private static readonly Option<int?> _seed = Values.Number("--seed", "Seed of the random users. [default: 1]", 0, int.MaxValue);
    private static readonly Option<IReadOnlyList<int>?> _pools = PoolSizes();
    private static readonly Option<IReadOnlyList<string>?> _only = Values.Words("--only", $"Measure only these ratios: {string.Join(", ", Ratio.Keys)}.", Ratio.Keys);
    private static readonly Option<IReadOnlyList<string>?> _builds = Values.Files(
        "--builds", "Also compare with these builds of the API: dlls, published with -p:PublishReadyToRun=true, in folders that name them.");
    private static readonly Option<double?> _openRate = Values.Positive(
        "--open-rate", "Orders per second for p99, in an open loop: about half of the best rate. [default: 10000]", 0.1, 1_000_000);
    private static readonly Option<TimeSpan?> _soak = Values.Duration("--soak", "Also watch the memory for this time, for example 10m.", TimeSpan.FromSeconds(10), TimeSpan.FromHours(24));
    private static readonly Option<bool> _updateReadme = ReadmeSection.Option();
    private static readonly Option<string?> _out = Values.Out();

    public static Command Create()
    {
        var command = new Command(
            "ratios",
            "Compares batched with for_update, with the HTTP stack alone, with a hand-written API, and with itself, on a MariaDB that flushes every commit. "
            + "Exit code: 0 if all goals are met, 1 if one is missed or an invariant is broken, 2 if nothing could be measured.")
        {
            _rounds, _seconds, _warmUp, _connections, _keys, _seed, _pools, _only, _builds, _openRate, _soak, _updateReadme, _out,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        const string title = "Race lab: ratios";
        var console = AnsiConsole.Console;
        var settings = new RatioSettings(
            given.GetValue(_rounds) ?? 3,
            given.GetValue(_seconds) ?? TimeSpan.FromSeconds(8),
            given.GetValue(_warmUp) ?? TimeSpan.FromSeconds(20),
            given.GetValue(_connections) ?? 300,
            given.GetValue(_keys) == "on",
            given.GetValue(_seed) ?? 1,
            given.GetValue(_pools) ?? [4, 8, 16, 40],
            given.GetValue(_only) ?? [],
            given.GetValue(_builds) ?? [],
            given.GetValue(_openRate) ?? 10_000,
            given.GetValue(_soak));
        await ApiProgram.PublishAsync(step => console.MarkupLineInterpolated($"[grey]{step}[/]"));
        await using var laboratory = await Laboratory.OpenAsync("mariadb", withRedis: settings.Only.Count == 0 || settings.Only.Contains("queued"));
        console.MarkupLineInterpolated($"[bold]{title}[/] [grey]on {laboratory.Database}[/]");
        var (ratios, rounds, soak) = await new RatioBenchmark(laboratory, settings).RunAsync(console, cancellationToken);
        if (ratios.Count == 0)
        {
            throw new LabException("Stopped before a ratio could be computed.");
        }

        List<string> notes =
        [
            $"{settings.Connections} connections, stock larger than demand, {settings.Rounds} interleaved rounds of {Figures.Seconds(settings.Duration.TotalSeconds)} after {Figures.Seconds(settings.WarmUp.TotalSeconds)} of warm-up, orders {(settings.UseKeys ? "with" : "without")} an Idempotency-Key; each sale below is the median round.",
        ];
        if (cancellationToken.IsCancellationRequested)
        {
            notes.Add("Stopped early by Ctrl-C: only the ratios measured until then are shown.");
        }

        var met = ratios.Count(ratio => ratio.IsMet);
        var report = new Report(
            title,
            $"{met} of {ratios.Count} goals are met"
                + (met == ratios.Count ? "." : $"; missed: {string.Join("; ", ratios.Where(ratio => !ratio.IsMet).Select(ratio => $"{ratio.Name} is {ratio.Measured}, goal {ratio.Goal}"))}."),
            Provenance.Of(LabCommandLine.Spell(given), laboratory.Database),
            [.. rounds.Middle, .. soak is null ? (SaleResult[])[] : [soak]],
            ratios,
            notes)
        {
            Rounds = rounds.All,
        };
        var files = await report.WriteAsync(given.GetValue(_out));
        ResultTable.Write(console, report, files);
        if (given.GetValue(_updateReadme))
        {
            await ReadmeSection.WriteAsync("ratios", Markdown.Ratios(report));
        }

        return met == ratios.Count && report.Violations.Count == 0 ? ExitCodes.Success : ExitCodes.Broken;
    }

    private static Option<IReadOnlyList<int>?> PoolSizes() => Values.Numbers(
        "--pools", "Pool sizes for for_update; the best counts. [default: 4,8,16,40]", 1, 1000);
}
