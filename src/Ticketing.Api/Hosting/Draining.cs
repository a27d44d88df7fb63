using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Ticketing.Api.Problems;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>
/// Stops without losing a request. From the order to stop on, <c>/health/ready</c> says 503 and every answer closes its connection, while
/// everything is served as before; only after the drain delay does the server close its door, finish what is under way, and end.
/// </summary>
internal static class Draining
{
    /// <summary>
    /// Set by a proxy on a request that it will send elsewhere if we decline it. A proxy without health checks of its own learns only from
    /// such a failure that it should send nothing more here, bookings above all: what still knocks when the door closes is lost.
    /// </summary>
    private const string RetriesElsewhere = "X-Retries-Elsewhere";

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
            if (!stopping.IsCancellationRequested)
            {
                return next(context);
            }

            if (HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }

            // 502 is an answer that we never give otherwise, so the proxy cannot take a database that is away for a replica that is leaving.
            return context.Request.Headers.ContainsKey(RetriesElsewhere)
                ? ProblemWriter.WriteAsync(context, ProblemKind.ShuttingDown with { Status = StatusCodes.Status502BadGateway })
                : next(context);
        });
    }

    /// <summary>Holds up the end: the host stops its services, the server among them, only after this.</summary>
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

    /// <summary>In a container somebody routes requests to us, and needs time to notice; on a terminal Ctrl-C must end at once.</summary>
    private static readonly int _defaultDrain = Container.IsAround ? 5 : 0;

    /// <summary>
    /// How long to go on serving after the order to stop, in seconds, 0 to 300: so long it takes whoever sends requests here to learn that he
    /// should not. 5 in a container, else 0.
    /// </summary>
    [Range(0, 300)]
    public int DrainSeconds { get; set; } = _defaultDrain;

    /// <summary>How long requests that are under way may take after that, in seconds, 1 to 300. Longer than a batch may take.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 30;
}
