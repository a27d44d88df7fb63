using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>
/// Stops without losing a request. While draining, <c>/health/ready</c> answers 503 and every response closes its connection; everything else
/// is served as before. After the drain delay the server stops listening, finishes requests in progress, and ends.
/// </summary>
internal static class Draining
{
    public static void DrainBeforeStop(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<ShutdownOptions>(ShutdownOptions.Section);
        builder.Services.AddHostedService<DrainDelay>();
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, shutdown) =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(shutdown.Value.DrainSeconds + shutdown.Value.TimeoutSeconds));
    }

    public static void UseDraining(this WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.Use((context, next) =>
        {
            if (stopping.IsCancellationRequested && HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }

            return next(context);
        });
    }

    /// <summary>Delays the shutdown: the host stops its services, including the server, after this.</summary>
    private sealed class DrainDelay(IOptions<ShutdownOptions> options, TimeProvider clock, ILogger<DrainDelay> logger) : IHostedLifecycleService
    {
        public async Task StoppingAsync(CancellationToken cancellationToken)
        {
            var delay = TimeSpan.FromSeconds(options.Value.DrainSeconds);
            if (delay > TimeSpan.Zero)
            {
                StartupLog.Draining(logger, delay.TotalSeconds);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>The section <c>Shutdown</c> of the configuration.</summary>
public sealed class ShutdownOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Shutdown";

    /// <summary>In a container, load balancers need time to stop routing here; on a terminal, Ctrl-C must end at once.</summary>
    private static readonly int _defaultDrain = Container.IsRunningInContainer ? 5 : 0;

    /// <summary>
    /// How long to drain after a shutdown request, in seconds, 0 to 300: time for load balancers to stop routing here. 5 in a container,
    /// otherwise 0.
    /// </summary>
    [Range(0, 300)]
    public int DrainSeconds { get; set; } = _defaultDrain;

    /// <summary>How long requests in progress may take after that, in seconds, 1 to 300. Longer than a batch may take.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 30;
}
