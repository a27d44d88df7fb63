using Spectre.Console;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.Ratios;

/// <summary>
/// Measures everything in several rounds and compares the medians, so that other load on the machine affects all measurements alike. Every
/// second round runs in reverse order.
/// </summary>
internal sealed class RatioBenchmark(Laboratory laboratory, RatioSettings settings)
{
    /// <returns>The ratios that could be computed, and the results that they come from.</returns>
    public async Task<(IReadOnlyList<RatioResult> Ratios, Rounds Rounds, SaleResult? Soak)> RunAsync(IAnsiConsole console, CancellationToken cancellationToken)
    {
        var ratios = Ratio.All(settings).Where(ratio => settings.Only.Count == 0 || settings.Only.Contains(ratio.Key)).ToList();
        var needed = ratios.SelectMany(ratio => ratio.Needs).ToHashSet();
        var all = Measurements.All(settings);
        var sales = all.Where(sale => needed.Contains(sale.Name)).ToList();
        var soak = settings.Soak is { } duration ? Measurements.Soak(all.First(sale => sale.Name == Measurements.Batched), duration) : null;

        var rounds = new Rounds();
        SaleResult? soaked = null;
        IReadOnlyList<string> names = [.. sales.Select(sale => sale.Name), .. soak is null ? (string[])[] : [soak.Name]];
        var view = new LiveView(console, names);
        await view.ShowAsync(async () =>
        {
            var runner = new SaleRunner(laboratory);
            for (var round = 1; round <= settings.Rounds; round++)
            {
                view.Caption = $"round {round} of {settings.Rounds}";
                foreach (var sale in round % 2 == 1 ? sales : Enumerable.Reverse(sales))
                {
                    if (!cancellationToken.IsCancellationRequested)
                    {
                        Keep(await runner.RunAsync(sale, view[sales.IndexOf(sale)], cancellationToken));
                    }
                }
            }

            if (soak is not null && !cancellationToken.IsCancellationRequested)
            {
                view.Caption = "soak";
                soaked = await runner.RunAsync(soak, view[sales.Count], cancellationToken);
            }
        });

        var judged = ratios.Where(ratio => ratio.CanBeComputed(rounds)).Select(ratio => ratio.Judge(rounds)).ToList();
        return (soaked is null ? judged : [.. judged, Ratio.Flatness(soaked)], rounds, soaked);

        void Keep(SaleResult result)
        {
            // A measurement that was cut short cannot be compared.
            if (!cancellationToken.IsCancellationRequested)
            {
                rounds.Add(result);
            }
        }
    }
}
