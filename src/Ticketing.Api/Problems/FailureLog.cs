using Microsoft.AspNetCore.Diagnostics;

namespace Ticketing.Api.Problems;

/// <summary>
/// Logs failures that the client did not cause, so that its <c>traceId</c> can be found in the log. At most 10 per second are logged, so not every one is.
/// </summary>
internal sealed partial class FailureLog(TimeProvider clock, ILogger<FailureLog> logger)
{
    private const int MaxPerSecond = 10;

    private readonly Lock _lock = new();
    private long _secondBegan;
    private int _inThisSecond;
    private int _leftOut;

    public void Write(HttpContext context, ProblemKind kind, string traceId)
    {
        // Client errors are not logged. Internal errors are logged elsewhere with their stack trace. Health checks run every second.
        if (kind.Status < StatusCodes.Status500InternalServerError || kind == ProblemKind.InternalError || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            return;
        }

        if (CountLeftOut() is { } leftOut)
        {
            var reason = context.Features.Get<IExceptionHandlerFeature>()?.Error.GetBaseException().Message;
            Failed(logger, context.Request.Method, context.Request.Path, kind.Status, kind.Code, traceId, leftOut, reason ?? "");
        }
    }

    /// <summary>How many lines were left out before this one; null if this one is left out too.</summary>
    private int? CountLeftOut()
    {
        lock (_lock)
        {
            if (clock.GetElapsedTime(_secondBegan) >= TimeSpan.FromSeconds(1))
            {
                _secondBegan = clock.GetTimestamp();
                _inThisSecond = 0;
            }

            if (_inThisSecond == MaxPerSecond)
            {
                _leftOut++;
                return null;
            }

            _inThisSecond++;
            var leftOut = _leftOut;
            _leftOut = 0;
            return leftOut;
        }
    }

    [LoggerMessage(3002, LogLevel.Warning, "{Method} {Path} was answered {Status} {Code}, trace {TraceId}. {LeftOut} similar lines were suppressed since the last one. {Reason}")]
    private static partial void Failed(ILogger logger, string method, string path, int status, string code, string traceId, int leftOut, string reason);
}
