using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Telemetry;

/// <summary>Registers what feeds the metrics in the background.</summary>
internal static class TelemetryRegistration
{
    public static void AddTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<TicketingMetrics>();
        services.AddHostedService<ProcessSampler>();
        services.AddHostedService<StockSnapshots>();
    }
}
