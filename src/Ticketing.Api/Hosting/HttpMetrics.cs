using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Ticketing.Application.Telemetry;

namespace Ticketing.Api.Hosting;

/// <summary>Measures requests by route, so that the number of label values is bounded.</summary>
internal sealed partial class HttpMetrics(RequestDelegate next, TicketingMetrics metrics, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>For addresses without a route, and for methods that a route does not support.</summary>
    public const string Unmatched = "unmatched";

    private const string OtherMethod = "OTHER";

    /// <summary>Scrapes and health checks, which arrive every few seconds, and the watchers of a race: no load of users. The orders of a race are counted.</summary>
    private static readonly string[] _uncounted = ["/metrics", "/health", "/races"];

    /// <summary>The handler of each endpoint; null if it is not measured.</summary>
    private readonly ConcurrentDictionary<Endpoint, string?> _handlers = new();

    /// <summary>Before this, requests come from the warm-up, see <see cref="Hosting.WarmUp"/>.</summary>
    private readonly CancellationToken _started = lifetime.ApplicationStarted;

    public Task InvokeAsync(HttpContext context)
    {
        var handler = context.GetEndpoint() is { } endpoint ? _handlers.GetOrAdd(endpoint, CountedNameOf) : Unmatched;
        return handler is null || !_started.IsCancellationRequested ? next(context) : MeasureAsync(context, handler);
    }

    /// <summary>The route with its leading slash, and without the types of its parameters, such as <c>/book</c> or <c>/bookings/{id}</c>.</summary>
    public static string NameOf(Endpoint endpoint) =>
        endpoint is RouteEndpoint route ? ParameterType().Replace($"/{route.RoutePattern.RawText?.TrimStart('/')}", "") : Unmatched;

    public static bool IsCounted(string handler) => !_uncounted.Any(path => handler.StartsWith(path, StringComparison.Ordinal));

    private static string? CountedNameOf(Endpoint endpoint) => NameOf(endpoint) is var name && IsCounted(name) ? name : null;

    private async Task MeasureAsync(HttpContext context, string handler)
    {
        var began = clock.GetTimestamp();
        var status = StatusCodes.Status500InternalServerError; // if an exception passes through
        metrics.RequestBegan(handler);
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            metrics.RequestEnded(handler, MethodOf(context.Request), status, clock.GetElapsedTime(began));
        }
    }

    [GeneratedRegex(@":\w+(?=\})")]
    private static partial Regex ParameterType();

    private static string MethodOf(HttpRequest request)
    {
        var method = HttpMethods.GetCanonicalizedValue(request.Method);
        return HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method)
            || HttpMethods.IsDelete(method) || HttpMethods.IsPatch(method) || HttpMethods.IsOptions(method)
            ? method
            : OtherMethod;
    }
}
