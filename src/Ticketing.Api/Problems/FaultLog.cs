namespace Ticketing.Api.Problems;

internal static partial class FaultLog
{
    [LoggerMessage(3001, LogLevel.Error, "{Method} {Path} failed with an exception that nobody expected, trace {TraceId}.")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method, string path, string traceId);

    [LoggerMessage(3002, LogLevel.Warning, "{Method} {Path}: the database cannot be used. {Reason}")]
    public static partial void DatabaseUnavailable(ILogger logger, string method, string path, string reason);
}
