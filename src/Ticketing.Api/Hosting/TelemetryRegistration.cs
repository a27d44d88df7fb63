using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Ticketing.Api.Access;
using Ticketing.Api.Problems;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>Metrics for Prometheus at <c>/metrics</c>, and traces if an exporter is configured.</summary>
internal static class TelemetryRegistration
{
    private const string PortSetting = $"{MetricsOptions.Section}:{nameof(MetricsOptions.Port)}";
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

        // An empty value is none: Compose cannot leave a variable out.
        if (builder.Configuration[OtlpEndpoint] is { Length: > 0 } || builder.Configuration[OtlpTracesEndpoint] is { Length: > 0 })
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

    /// <summary>Listens on the port of the metrics too, at the address of the API. Must be called once that is known.</summary>
    public static void ListenForMetrics(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetValue<int?>(PortSetting) is not { } port)
        {
            return;
        }

        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            var api = BindingAddress.Parse(urls.Split(';')[0]);
            builder.WebHost.UseUrls([.. urls.Split(';'), string.Create(CultureInfo.InvariantCulture, $"http://{api.Host}:{port}")]);
        }
        else if (builder.Configuration[WebHostDefaults.HttpPortsKey] is { Length: > 0 } ports)
        {
            builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, string.Create(CultureInfo.InvariantCulture, $"{ports};{port}"));
        }
        else
        {
            builder.Configuration["Kestrel:Endpoints:Metrics:Url"] = string.Create(CultureInfo.InvariantCulture, $"http://*:{port}");
        }
    }

    /// <summary>The port of the metrics serves nothing else, and asks for no key.</summary>
    public static void UseMetricsPort(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value is { Enabled: true, Port: { } port })
        {
            app.MapWhen(context => context.Connection.LocalPort == port, metrics =>
            {
                metrics.UseOpenTelemetryPrometheusScrapingEndpoint();
                metrics.Run(context => ProblemWriter.WriteAsync(context, ProblemKind.NotFound));
            });
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
        app.MapPrometheusScrapingEndpoint().RequireAuthorization(new OnlyForAttribute(Callers.Administering));
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

    /// <summary>A port for <c>/metrics</c> alone, where nobody is asked for a key; without it, they are on the port of the API, and for admins.</summary>
    [Range(1, ushort.MaxValue)]
    public int? Port { get; set; }
}
