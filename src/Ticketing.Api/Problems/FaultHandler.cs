using Microsoft.AspNetCore.Diagnostics;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Api.Problems;

/// <summary>The only place where exceptions become responses. Expected outcomes are not exceptions, see BookingOutcome.</summary>
internal sealed class FaultHandler(IDatabaseErrors errors, ILogger<FaultHandler> logger) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected. The status is for the metrics.
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        var kind = KindOf(exception);
        if (kind == ProblemKind.InternalError)
        {
            FaultLog.Unexpected(logger, exception, httpContext.Request.Method, httpContext.Request.Path, ProblemWriter.TraceIdOf(httpContext));
        }

        await ProblemWriter.WriteAsync(httpContext, kind);
        return true;
    }

    private ProblemKind KindOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => ProblemKind.OfStatus(bad.StatusCode),
        DatabaseUnavailableException => ProblemKind.DatabaseUnavailable,
        _ => errors.Classify(exception) switch
        {
            DatabaseFault.None => ProblemKind.InternalError,
            DatabaseFault.Contention => ProblemKind.Busy,
            _ => ProblemKind.DatabaseUnavailable,
        },
    };
}

internal static partial class FaultLog
{
    [LoggerMessage(3001, LogLevel.Error, "{Method} {Path} failed with an unexpected exception, trace {TraceId}.")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method, string path, string traceId);
}
