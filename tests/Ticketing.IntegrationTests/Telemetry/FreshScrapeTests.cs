using System.Globalization;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>What <c>/metrics</c> shows of a process that has only just started: each test starts one.</summary>
[Trait("Run", "Full")]
public sealed class FreshScrapeTests : IAsyncLifetime
{
    private const string Update = "UPDATE_SCRAPE";

    private static readonly string _golden = Repository.File("tests", "Ticketing.IntegrationTests", "Telemetry", "scrape.golden.txt");

    private readonly ScrapedApi _scraped = new();

    public Task InitializeAsync() => _scraped.InitializeAsync();

    public Task DisposeAsync() => _scraped.DisposeAsync();

    /// <summary>Names, types, label keys and buckets are what dashboards and alerts rely on: <c>UPDATE_SCRAPE=1</c> writes a change down.</summary>
    [Fact]
    public async Task The_metrics_are_those_that_dashboards_rely_on()
    {
        var id = await _scraped.Client.SetupAsync(2, "batched");
        await _scraped.Client.BookAsync(id);
        await Eventually.HoldsAsync(
            async () => (await _scraped.ScrapeAsync()).Find("tickets_remaining", ("event_id", id.ToString(CultureInfo.InvariantCulture))) == 1,
            TimeSpan.FromSeconds(15));

        var shape = ShapeOf(await Scrape.OfAsync(_scraped.Client, openMetrics: false));
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(_golden, shape);
        }

        shape.Should().Be(await File.ReadAllTextAsync(_golden), $"{Update}=1 writes {Path.GetFileName(_golden)}");
        ShapeOf(await Scrape.OfAsync(_scraped.Client, openMetrics: true)).Should().Be(shape, "both formats tell the same");
    }

    [Fact]
    public async Task Counters_are_exported_as_zero_before_their_first_increment()
    {
        var scrape = await _scraped.ScrapeAsync();

        foreach (var strategy in BookingStrategyNames.All)
        {
            scrape.Find("booking_retries_total", ("strategy", strategy)).Should().Be(0);
            foreach (var status in new[] { "success", "failed", "sold_out" })
            {
                scrape.Find("booking_attempts_total", ("status", status), ("strategy", strategy)).Should().Be(0);
            }
        }

        foreach (var status in new[] { "200", "400", "404", "422", "503" })
        {
            scrape.Find("http_requests_total", ("handler", "/book"), ("method", "POST"), ("status", status)).Should().Be(0);
        }

        scrape.Find("http_requests_inprogress", ("handler", "/book")).Should().Be(0);
        scrape.Find("cache_misses_total", ("cache", "status")).Should().NotBeNull();
        scrape.Find("db_connection_errors_total").Should().Be(0);
        scrape.Text.Should().NotContain("otel_scope").And.NotContain("target_info").And.NotContain("/health").And.NotContain("\"/metrics\"");
    }

    /// <summary>One line per metric: its type, its name, the keys of its labels, and its buckets.</summary>
    private static string ShapeOf(Scrape scrape)
    {
        var lines = scrape.Types
            .Where(type => !type.Key.StartsWith("dotnet_", StringComparison.Ordinal))
            .Select(type =>
            {
                var name = type.Value == "counter" && !type.Key.EndsWith("_total", StringComparison.Ordinal) ? $"{type.Key}_total" : type.Key;
                var samples = scrape.Samples.Where(sample => sample.Name == (type.Value == "histogram" ? $"{name}_bucket" : name)).ToList();
                var labels = samples.SelectMany(sample => sample.Labels.Keys).Where(key => key != "le").Distinct().Order(StringComparer.Ordinal);
                var buckets = samples.Where(sample => sample.Labels.ContainsKey("le")).Select(sample => Normal(sample.Labels["le"])).Distinct();
                return $"{type.Value} {name}{{{string.Join(',', labels)}}} {string.Join(' ', buckets)}".TrimEnd();
            });
        return string.Join('\n', lines.Order(StringComparer.Ordinal)) + '\n';
    }

    /// <summary>OpenMetrics writes 1.0 where the plain format writes 1.</summary>
    private static string Normal(string bound) => bound.EndsWith(".0", StringComparison.Ordinal) ? bound[..^2] : bound;
}
