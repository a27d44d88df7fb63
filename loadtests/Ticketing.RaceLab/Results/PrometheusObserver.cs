using System.Globalization;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Results;

/// <summary>Lets a Prometheus of its own scrape the system while it sells, and asks it afterwards.</summary>
internal sealed class PrometheusObserver : ISaleObserver, IAsyncDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromSeconds(1);

    private PrometheusServer? _prometheus;
    private DateTimeOffset _began;

    /// <summary>What was seen; null until the load has ended.</summary>
    public Observation? Seen { get; private set; }

    public async Task BeginAsync(SystemUnderTest system)
    {
        _prometheus = await PrometheusServer.ScrapingAsync([.. system.Addresses]);
        _began = DateTimeOffset.UtcNow;
    }

    public async Task EndAsync()
    {
        await Task.Delay(2 * PrometheusServer.ScrapeInterval); // so that the last answers are scraped
        var ended = DateTimeOffset.UtcNow;
        var seconds = (ended - _began).TotalSeconds;
        var range = string.Create(CultureInfo.InvariantCulture, $"[{Math.Ceiling(seconds)}s]");
        var events = await _prometheus!.LabelValuesAsync("event_id", "tickets_remaining");
        var panels = new List<PanelCurves>();
        foreach (var panel in PanelRow.Read(events.MaxBy(id => int.Parse(id, CultureInfo.InvariantCulture)) ?? "")) // the newest; the warm-up has one of its own
        {
            panels.Add(new(panel, await _prometheus.QueryRangeAsync(panel.Query, _began, ended, _step)));
        }

        Seen = new(
            seconds,
            await OneAsync($"max(avg_over_time(backend_cpu_usage_percent{range}))") ?? 0,
            await OneAsync($"1000 * histogram_quantile(0.95, sum by (le) (increase(db_query_duration_seconds_bucket{range})))"),
            await OneAsync($"sum(max_over_time(http_requests_inprogress{{handler=\"/book\"}}{range}))") ?? 0,
            await OneAsync($"max(max_over_time(backend_memory_usage_bytes{range}))") ?? 0,
            panels);

        await DisposeAsync(); // the next sale has one of its own
        _prometheus = null;

        async Task<double?> OneAsync(string query) => await _prometheus.QueryAsync(query, ended) is [var only] && double.IsFinite(only.Value) ? only.Value : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
        {
            await _prometheus.DisposeAsync();
        }
    }
}
