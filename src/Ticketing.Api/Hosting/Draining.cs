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
