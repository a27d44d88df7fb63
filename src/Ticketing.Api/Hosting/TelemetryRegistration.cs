using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Ticketing.Api.Problems;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>Metrics for Prometheus at <c>/metrics</c>, and traces if an exporter is configured.</summary>
internal static class TelemetryRegistration
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string OtlpTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<MetricsOptions>(MetricsOptions.Section);
        var telemetry = builder.Services.AddOpenTelemetry();
        if (builder.Configuration.GetValue($"{MetricsOptions.Section}:{nameof(MetricsOptions.Enabled)}", defaultValue: true))
        {
            telemetry.WithMetrics(metrics => metrics
                .AddMeter(TicketingMetrics.MeterName, TicketingMetrics.EventMeterName, "System.Runtime")
                .AddPrometheusExporter(exporter =>
                {
                    // Labels with the same value on every line.
                    exporter.ScopeInfoEnabled = false;
                    exporter.TargetInfoEnabled = false;
                }));
        }

        if (builder.Configuration[OtlpEndpoint] is not null || builder.Configuration[OtlpTracesEndpoint] is not null)
        {
            telemetry
                .ConfigureResource(resource => resource.AddService("ticketing"))
                .WithTracing(traces => traces
                    .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal))
                    .AddSource(TicketingTracing.SourceName, "MySqlConnector")
                    .AddOtlpExporter());
            builder.Services.AddTransient(typeof(IPipelineBehavior<,>), typeof(TracedRequests<,>));
        }
    }

    /// <summary>Measures requests, and serves <c>/metrics</c>.</summary>
    public static void UseHttpMetrics(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value.Enabled)
        {
            return;
        }

        app.UseMiddleware<HttpMetrics>();
        app.MapPrometheusScrapingEndpoint();
        app.Lifetime.ApplicationStarted.Register(() => BeginAtZero(app));
    }

    private static void BeginAtZero(WebApplication app)
    {
        var metrics = app.Services.GetRequiredService<TicketingMetrics>();
        metrics.Begin();
        metrics.BeginHandler(HttpMetrics.Unmatched, HttpMethods.Get, [StatusCodes.Status404NotFound]);
        foreach (var endpoint in app.Services.GetRequiredService<EndpointDataSource>().Endpoints)
        {
            var handler = HttpMetrics.NameOf(endpoint);
            if (!HttpMetrics.IsCounted(handler))
            {
                continue;
            }

            var statuses = endpoint.Metadata.GetOrderedMetadata<ProducesResponseTypeAttribute>().Select(metadata => metadata.StatusCode)
                .Concat(endpoint.Metadata.GetOrderedMetadata<ProducesProblemAttribute>().SelectMany(metadata => metadata.Statuses))
                .ToHashSet();
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
            {
                metrics.BeginHandler(handler, method, statuses);
            }
        }
    }
}

/// <summary>The section <c>Metrics</c> of the configuration.</summary>
public sealed class MetricsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Metrics";

    /// <summary>Whether to collect metrics and serve <c>/metrics</c>.</summary>
    public bool Enabled { get; set; } = true;
}
