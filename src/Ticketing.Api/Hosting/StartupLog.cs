namespace Ticketing.Api.Hosting;

internal static partial class StartupLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Addresses}, database: {Database}. Try {Address}/docs")]
    public static partial void Listening(ILogger logger, string addresses, string database, string address);
}
