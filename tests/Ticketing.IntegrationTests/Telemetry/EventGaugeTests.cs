using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>The exporter never removes a label set, and merges all beyond 2,000; the event metrics must not reach that limit.</summary>
[Collection(WhileNoOtherApiRuns.Name)]
public sealed class EventGaugeTests
{
    [Fact]
    public void Five_thousand_successive_events_keep_separate_series()
    {
        using var metrics = new TicketingMetrics();
        using var exporter = new LastEvents();
        using var reader = new BaseExportingMetricReader(exporter);
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(TicketingMetrics.EventMeterName).AddReader(reader).Build();

        for (var id = 1; id <= 5000; id++)
        {
            metrics.Show([.. Enumerable.Range(Math.Max(1, id - 49), Math.Min(50, id)).Select(i => new EventStock(i, BookingStrategy.Naive, 10, 0))]);
            if (id % 25 == 0)
            {
                reader.Collect().Should().BeTrue();
                exporter.Ids.Should().BeEquivalentTo(Enumerable.Range(Math.Max(1, id - 49), Math.Min(50, id)), $"event {id} is the newest");
            }
        }
    }

    /// <summary>A provider finds meters by their name. If the API of another test in this process ended, its instruments would end, and with them those of the same name here.</summary>
    [CollectionDefinition(Name, DisableParallelization = true)]
    public sealed class WhileNoOtherApiRuns
    {
        public const string Name = "no other API runs in this process";
    }

    private sealed class LastEvents : BaseExporter<Metric>
    {
        public List<int> Ids { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            Ids.Clear();
            foreach (var metric in batch)
            {
                if (metric.Name != "tickets_remaining")
                {
                    continue;
                }

                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    foreach (var tag in point.Tags)
                    {
                        Ids.Add(Convert.ToInt32(tag.Value, CultureInfo.InvariantCulture));
                    }
                }
            }

            return ExportResult.Success;
        }
    }
}
