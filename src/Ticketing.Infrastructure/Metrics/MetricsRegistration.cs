using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Metrics;

/// <summary>Registers the services that update metrics in the background.</summary>
internal static class MetricsRegistration
{
    public static void AddTicketingMetrics(this IServiceCollection services)
    {
        services.AddSingleton<TicketingMetrics>();
        services.AddSingleton<PoolListener>();
        services.AddSingleton<RecentlySold>();
        services.AddSingleton<IInterceptor, DatabaseMetrics>();
        services.AddHostedService<ProcessSampler>();
        services.AddHostedService<StockSnapshots>();
    }
}
