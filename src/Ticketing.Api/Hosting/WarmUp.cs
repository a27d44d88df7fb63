using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Ticketing.Api.Access;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>
/// Sends the first requests to itself. The runtime compiles code at its first use, and opens connections when they are needed; in an on-sale
/// all buyers arrive at once, and should not wait for that. Until it ends, <c>/health/ready</c> answers 503.
/// </summary>
/// <remarks>
/// Orders for an event that does not exist run through the booking code as far as possible without a write. It ends when the compiler has nothing left to do, which
/// takes longer on a slow machine, or when its time is over; and at once when somebody else sends a request: real ones warm up as well, and must not share the server
/// with these.
/// </remarks>
internal sealed class WarmUp(IServer server, WarmUpKey key, IOptions<WarmUpOptions> options, IOptions<MetricsOptions> metrics, TimeProvider clock, ILogger<WarmUp> logger) : IHostedLifecycleService
{
    private const int AtOnce = 16;

    /// <summary>The runtime compiles some 500 methods a second while it warms up, and a few now and then afterwards.</summary>
    private const int MethodsWhenIdle = 50;

    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);

    private const string UserAgent = "ticketing-warm-up";

    private volatile bool _isOver;

    /// <summary>Ends the warm-up if this request comes from somebody else. Probes and scrapes come all the time, and do not count.</summary>
    public void Notice(HttpRequest request)
    {
        if (!_isOver && request.Headers.UserAgent != UserAgent
            && !request.Path.StartsWithSegments("/health", StringComparison.Ordinal) && !request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal))
        {
            _isOver = true;
        }
    }

    /// <summary>The server already listens, but does not report ready.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var duration = TimeSpan.FromSeconds(options.Value.Seconds);
        if (duration == TimeSpan.Zero || server.OwnAddress(metrics.Value) is not { } address)
        {
            key.Revoke();
            return;
        }

        using var client = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { { "User-Agent", UserAgent }, { "Authorization", key.Authorization } } };
        var began = clock.GetTimestamp();
        try
        {
            var order = await FindMissingEventAsync(client, cancellationToken) is { } id
                ? Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"user_id":1,"event_id":{{id}}}"""))
                : null;
            _ = EndWhenCompiledAsync(cancellationToken);
            await Parallel.ForAsync(0, AtOnce, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (_, token) =>
            {
                while (!_isOver && clock.GetElapsedTime(began) < duration)
                {
                    if (order is not null)
                    {
                        await OrderAsync(client, order, token);
                    }

                    await GetAsync(client, "/status", token);
                }
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop. The host goes on to its start, finds that, and stops in good order.
        }
        catch (HttpRequestException exception)
        {
            StartupLog.NotWarm(logger, exception.Message);
        }
        finally
        {
            key.Revoke();
            _isOver = true;
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EndWhenCompiledAsync(CancellationToken cancellationToken)
    {
        var compiled = JitInfo.GetCompiledMethodCount();
        while (!_isOver && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(_look, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var before = compiled;
            compiled = JitInfo.GetCompiledMethodCount();
            if (compiled - before < MethodsWhenIdle)
            {
                _isOver = true;
            }
        }
    }

    /// <summary>Ids are given in ascending order, so the largest are used last. Null if even these exist, or cannot be looked up: then nothing is ordered.</summary>
    private static async Task<int?> FindMissingEventAsync(HttpClient client, CancellationToken cancellationToken)
    {
        for (var id = int.MaxValue; id > int.MaxValue - 3; id--)
        {
            if (await GetAsync(client, string.Create(CultureInfo.InvariantCulture, $"/status?event_id={id}"), cancellationToken) == HttpStatusCode.NotFound)
            {
                return id;
            }
        }

        return null;
    }

    private static async Task OrderAsync(HttpClient client, byte[] order, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(order);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await client.PostAsync(new Uri("/book", UriKind.Relative), content, cancellationToken);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests)
        {
            throw new HttpRequestException($"Its orders are refused at the door: {(int)answer.StatusCode}.");
        }
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return answer.StatusCode;
    }
}

/// <summary>Registers the warm-up.</summary>
internal static class WarmUpRegistration
{
    public static void WarmUpBeforeReady(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<WarmUpOptions>(WarmUpOptions.Section);
        builder.Services.AddSingleton<WarmUp>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<WarmUp>());
    }

    public static void UseWarmUp(this WebApplication app)
    {
        var warmUp = app.Services.GetRequiredService<WarmUp>();
        app.Use((context, next) =>
        {
            warmUp.Notice(context.Request);
            return next(context);
        });
    }
}

/// <summary>The section <c>WarmUp</c> of the configuration.</summary>
public sealed class WarmUpOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "WarmUp";

    private static readonly double _default = Container.IsRunningInContainer ? 15 : 1;

    /// <summary>How long at most the program sends requests to itself before it reports ready, in seconds, 0 to 60.</summary>
    [Range(0.0, 60.0)]
    public double Seconds { get; set; } = _default;
}
