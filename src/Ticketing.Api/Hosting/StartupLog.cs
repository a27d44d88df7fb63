namespace Ticketing.Api.Hosting;

internal static partial class StartupLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Addresses}, database: {Database}. Open {Address} for the page, {Address}/docs for the API")]
    public static partial void Listening(ILogger logger, string addresses, string database, string address);

    [LoggerMessage(2, LogLevel.Information, "The database is up to date: {Database}.")]
    public static partial void Migrated(ILogger logger, string database);

    [LoggerMessage(4, LogLevel.Warning, "The program could not send requests to itself, so the first ones will be slow. {Reason}")]
    public static partial void NotWarm(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "Told to stop: not ready any more, and serving for {Seconds} s yet.")]
    public static partial void Draining(ILogger logger, double seconds);
}
