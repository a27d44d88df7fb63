using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ticketing.Infrastructure.Persistence.Startup;

/// <summary>Waits for the database, and brings its tables up to date, before the program listens.</summary>
public sealed class DatabaseStartup(
    IDatabaseEngine engine, IOptions<DatabaseOptions> options, TimeProvider clock, ILogger<DatabaseStartup> logger)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    /// <summary>Product and place, for logs; no secret in it.</summary>
    public string Description => engine.Description;

    /// <summary>Tries until the database is ready, as long as the settings allow.</summary>
    /// <exception cref="DatabaseNotReadyException">It did not become ready in time.</exception>
    /// <exception cref="UnsupportedDatabaseException">It answers, but cannot be used.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var patience = TimeSpan.FromSeconds(options.Value.StartupTimeoutSeconds);
        var started = clock.GetTimestamp();
        for (var pause = _firstPause; ; pause = Min(pause * 2, _longestPause))
        {
            try
            {
                await engine.CheckAsync(cancellationToken);
                if (options.Value.MigrateOnStart)
                {
                    await engine.MigrateAsync(cancellationToken);
                }

                return;
            }
            catch (Exception exception) when (engine.Classify(exception) != DatabaseFault.None)
            {
                var reason = exception.GetBaseException().Message;
                if (clock.GetElapsedTime(started) + pause > patience)
                {
                    throw new DatabaseNotReadyException(engine.Description, patience, reason);
                }

                DatabaseStartupLog.Waiting(logger, engine.Description, reason, pause.TotalSeconds);
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
