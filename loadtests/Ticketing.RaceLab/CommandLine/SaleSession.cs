using Spectre.Console;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.CommandLine;

/// <summary>Runs several sales under a live view, and reports.</summary>
internal sealed class SaleSession(Laboratory laboratory, string title, string command, string? folder, List<string> notes, Func<Sale, ISaleObserver>? observe = null)
{
    private readonly IAnsiConsole _console = AnsiConsole.Console;

    public Report? Report { get; private set; }

    /// <param name="sales">In this order.</param>
    /// <param name="mayLeaveOut">True to skip a strategy that the system refuses; false to treat it as an error.</param>
    /// <param name="cancellationToken">Ends the current sale and skips the rest.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<Sale> sales, bool mayLeaveOut, CancellationToken cancellationToken)
    {
        _console.MarkupLineInterpolated($"[bold]{title}[/] [grey]on {laboratory.Database}[/]");
        var results = new List<SaleResult>();
        var view = new LiveView(_console, [.. sales.Select(sale => sale.Name)]);
        await view.ShowAsync(async () =>
        {
            var runner = new SaleRunner(laboratory);
            for (var i = 0; i < sales.Count; i++)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    view[i].Enter(SaleStage.Skipped);
                    continue;
                }

                try
                {
                    results.Add(await runner.RunAsync(sales[i], view[i], cancellationToken, observe?.Invoke(sales[i])));
                }
                catch (StrategyRefusedException refused) when (mayLeaveOut)
                {
                    notes.Add($"{sales[i].Name} was skipped: {refused.Message}");
                    view[i].Enter(SaleStage.Skipped);
                }
                catch (StrategyRefusedException refused)
                {
                    throw new LabException(refused.Message, refused);
                }
            }
        });

        if (cancellationToken.IsCancellationRequested)
        {
            notes.Add("Stopped early by Ctrl-C; what was sold until then is verified.");
        }

        if (results.Count == 0 || results.All(result => result.Requests == 0))
        {
            throw new LabException("Nothing was measured: no request was answered.");
        }

        Report = new(title, Conclusions.Of(results), Provenance.Of(command, laboratory.Database), results, [], notes);
        var files = await Report.WriteAsync(folder);
        ResultTable.Write(_console, Report, files);
        return Report.Violations.Count == 0 ? ExitCodes.Success : ExitCodes.Broken;
    }
}
