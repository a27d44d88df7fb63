namespace Ticketing.Api.Lab;

internal static partial class LabLog
{
    [LoggerMessage(9001, LogLevel.Warning, "Race {RaceId} could not go on. {Reason}")]
    public static partial void RaceFailed(ILogger logger, int raceId, string reason);

    [LoggerMessage(9002, LogLevel.Warning, "The fault {Fault} begins, on purpose, and ends after {Seconds} s.")]
    public static partial void FaultBegins(ILogger logger, string fault, double seconds);

    [LoggerMessage(9003, LogLevel.Information, "The fault {Fault} is over.")]
    public static partial void FaultEnds(ILogger logger, string fault);

    [LoggerMessage(9004, LogLevel.Warning, "The fault {Fault} ended early. {Reason}")]
    public static partial void FaultFailed(ILogger logger, string fault, string reason);
}
