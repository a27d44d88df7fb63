using Spectre.Console;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>Shows the sales while they run: a table on a terminal, a line from time to time elsewhere.</summary>
public sealed class LiveView(IAnsiConsole console, IReadOnlyList<string> names)
{
    /// <summary>In characters. On a narrower terminal, a table of all figures would wrap.</summary>
    internal const int NarrowBelow = 110;

    private static readonly TimeSpan _redraw = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _line = TimeSpan.FromSeconds(5);

    private static readonly (string Heading, bool IsEssential)[] _columns =
    [
        ("Sale", true), ("", true), ("bookings/s", true), ("p50", false), ("p95", true), ("p99", false),
        ("sold", true), ("refused", false), ("busy", false), ("errors", true), ("oversold", true),
    ];

    private readonly List<SaleProgress> _sales = [.. names.Select(name => new SaleProgress(name))];

    /// <summary>The text below the table.</summary>
    public string Caption { get; set; } = "";

    public ISaleProgress this[int index] => _sales[index];

    /// <summary>Shows the sales until <paramref name="work"/> is done.</summary>
    public async Task ShowAsync(Func<Task> work)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            await ShowLinesAsync(work());
            return;
        }

        await console.Live(Draw()).StartAsync(async live =>
        {
            var running = work();
            while (!running.IsCompleted)
            {
                live.UpdateTarget(Draw());
                await Task.WhenAny(running, Task.Delay(_redraw));
            }

            live.UpdateTarget(Draw());
            await running;
        });
    }

    private async Task ShowLinesAsync(Task running)
    {
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(_line));
            if (_sales.FirstOrDefault(sale => sale.IsRunning) is { } sale)
            {
                console.WriteLine(Caption.Length == 0 ? sale.Line : $"{Caption}, {sale.Line}");
            }
        }

        await running;
    }

    private Table Draw()
    {
        var isNarrow = console.Profile.Width < NarrowBelow;
        var columns = _columns.Index().Where(column => column.Item.IsEssential || !isNarrow).ToList();
        var table = new Table().Border(TableBorder.Simple);
        foreach (var (i, (heading, _)) in columns)
        {
            table.AddColumn(new TableColumn(heading) { Alignment = i < 2 ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (var sale in _sales)
        {
            var cells = sale.Cells(hasBar: !isNarrow).ToList();
            table.AddRow([.. columns.Select(column => cells[column.Index])]);
        }

        return Caption.Length == 0 ? table : table.Caption(Caption);
    }

    private sealed class SaleProgress(string name) : ISaleProgress
    {
        private Tally? _tally;
        private TimeSpan _duration;
        private SaleStage _stage = SaleStage.Waiting;
        private double _rate;
        private (TimeSpan At, int Count) _last;

        public bool IsRunning => _stage is not (SaleStage.Waiting or SaleStage.Done or SaleStage.Skipped);

        public string Line => _tally is null
            ? $"{name}: {StageName}"
            : $"{name}: {StageName} {_tally.Elapsed.TotalSeconds:0} s, {_tally.ConfirmedCount} booked, {Rate():0}/s, " +
              $"p95 {Figures.Milliseconds(At(95))}, {_tally.SoldOut} sold out, {_tally.Busy} busy, {_tally.Failures.Values.Sum()} errors, {_tally.Oversold} oversold";

        /// <param name="hasBar">Whether there is room for the progress of a stage.</param>
        public IEnumerable<string> Cells(bool hasBar)
        {
            yield return _stage == SaleStage.Waiting ? $"[grey]{name}[/]" : name;
            if (_tally is null || _stage == SaleStage.Skipped)
            {
                yield return $"[grey]{StageName}[/]";
                for (var i = 0; i < 9; i++)
                {
                    yield return "";
                }

                yield break;
            }

            yield return Stage(hasBar);
            yield return _stage == SaleStage.Done ? "" : Figures.Count(Rate()); // the final table has the rate of the whole sale
            yield return Figures.Milliseconds(At(50));
            yield return Figures.Milliseconds(At(95));
            yield return Figures.Milliseconds(At(99));
            yield return Figures.Count(_tally.TicketsConfirmed);
            yield return Figures.Count(_tally.SoldOut + _tally.NotEnough);
            yield return Figures.Count(_tally.Busy);
            yield return Figures.Count(_tally.Failures.Values.Sum());
            yield return _tally.Oversold == 0 ? "0" : $"[red]{Figures.Count(_tally.Oversold)}[/]";
        }

        public void Enter(SaleStage stage)
        {
            _stage = stage;
            if (stage == SaleStage.Starting)
            {
                _tally = null; // of the previous round
            }
        }

        public void Follow(Tally tally, TimeSpan duration)
        {
            _tally = tally;
            _duration = duration;
            _last = default;
            _rate = 0;
        }

        private string StageName => _stage switch
        {
            SaleStage.WarmingUp => "warming up",
            SaleStage.WaitingForCaches => "waiting for caches to expire",
            SaleStage.Done => "verified",
            _ => _stage.ToString().ToLowerInvariant(),
        };

        private string Stage(bool hasBar)
        {
            if (_stage is not (SaleStage.Selling or SaleStage.WarmingUp))
            {
                return $"[{(_stage == SaleStage.Done ? "green" : "grey")}]{StageName}[/]";
            }

            if (!hasBar)
            {
                return $"[yellow]{StageName}[/]";
            }

            const int width = 10;
            var share = Math.Clamp(_tally!.Elapsed / _duration, 0, 1);
            var done = (int)(share * width);
            return $"[yellow]{new string('━', done)}[/][grey]{new string('━', width - done)}[/] {StageName}";
        }

        /// <summary>Of the last moments only.</summary>
        private double Rate()
        {
            var (now, count) = (_tally!.Elapsed, _tally.ConfirmedCount > 0 ? _tally.ConfirmedCount : _tally.Requests);
            if (IsRunning && now - _last.At >= TimeSpan.FromSeconds(0.5) && _stage is SaleStage.Selling or SaleStage.WarmingUp)
            {
                _rate = (count - _last.Count) / (now - _last.At).TotalSeconds;
                _last = (now, count);
            }

            return _rate;
        }

        private double At(double percentile)
        {
            var histogram = _tally!.OrderLatency.TotalCount > 0 ? _tally.OrderLatency : _tally.AllLatency;
            return histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percentile) / 1000.0;
        }
    }
}
