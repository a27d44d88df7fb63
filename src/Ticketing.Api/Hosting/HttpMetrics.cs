using System.Collections.Concurrent;
using Ticketing.Application.Telemetry;

namespace Ticketing.Api.Hosting;

/// <summary>Measures requests, under the route that they were for: however many addresses are thrown at us, the names stay few.</summary>
internal sealed class HttpMetrics(RequestDelegate next, TicketingMetrics metrics, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>For addresses that no route knows, and for methods that a route does not.</summary>
    public const string Unmatched = "unmatched";

    private const string OtherMethod = "OTHER";

    /// <summary>They come every few seconds for as long as the process lives, and nobody buys anything with them.</summary>
    private static readonly string[] _uncounted = ["/metrics", "/health"];

    /// <summary>Null for those that do not count.</summary>
    private readonly ConcurrentDictionary<Endpoint, string?> _handlers = new();

    /// <summary>Until then the program asks itself, see <see cref="Hosting.WarmUp"/>.</summary>
    private readonly CancellationToken _started = lifetime.ApplicationStarted;

    public Task InvokeAsync(HttpContext context)
    {
        var handler = context.GetEndpoint() is { } endpoint ? _handlers.GetOrAdd(endpoint, CountedNameOf) : Unmatched;
        return handler is null || !_started.IsCancellationRequested ? next(context) : MeasureAsync(context, handler);
    }

    /// <summary>The route with its leading slash, such as <c>/book</c>.</summary>
    public static string NameOf(Endpoint endpoint) =>
        endpoint is RouteEndpoint route ? $"/{route.RoutePattern.RawText?.TrimStart('/')}" : Unmatched;

    public static bool IsCounted(string handler) => !_uncounted.Any(path => handler.StartsWith(path, StringComparison.Ordinal));

    private static string? CountedNameOf(Endpoint endpoint) => NameOf(endpoint) is var name && IsCounted(name) ? name : null;

    private async Task MeasureAsync(HttpContext context, string handler)
    {
        var began = clock.GetTimestamp();
        var status = StatusCodes.Status500InternalServerError; // of an exception that goes through here
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

    private static string MethodOf(HttpRequest request)
    {
        var method = HttpMethods.GetCanonicalizedValue(request.Method);
        return HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method)
            || HttpMethods.IsDelete(method) || HttpMethods.IsPatch(method) || HttpMethods.IsOptions(method)
            ? method
            : OtherMethod;
    }
}
