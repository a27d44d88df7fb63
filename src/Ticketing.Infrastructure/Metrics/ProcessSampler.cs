using Microsoft.Extensions.Hosting;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Metrics;

/// <summary>Samples the resource usage of the process every half second.</summary>
internal sealed class ProcessSampler(TicketingMetrics metrics, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period, clock);
        var cpu = Environment.CpuUsage.TotalTime;
        var time = clock.GetTimestamp();
        do
        {
            var (cpuNow, timeNow) = (Environment.CpuUsage.TotalTime, clock.GetTimestamp());
            var elapsed = clock.GetElapsedTime(time, timeNow);
            metrics.Show(new ProcessSample(
                elapsed > TimeSpan.Zero ? 100 * ((cpuNow - cpu) / elapsed) : 0, Environment.WorkingSet, BusyWorkersPercent()));
            (cpu, time) = (cpuNow, timeNow);
        }
        while (await timer.NextAsync(stoppingToken));
    }

    private static double BusyWorkersPercent()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var available, out _);
        return Math.Min(100, 100.0 * (most - available) / Math.Max(1, ThreadPool.ThreadCount));
    }
}
