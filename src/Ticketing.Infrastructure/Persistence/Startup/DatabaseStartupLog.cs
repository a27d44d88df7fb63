using Microsoft.Extensions.Logging;

namespace Ticketing.Infrastructure.Persistence.Startup;

internal static partial class DatabaseStartupLog
{
    [LoggerMessage(1001, LogLevel.Warning, "Waiting for the database ({Database}): {Reason} Next try in {Pause} s.")]
    public static partial void Waiting(ILogger logger, string database, string reason, double pause);
}
