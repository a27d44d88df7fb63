using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ticketing.Infrastructure.Database;

/// <summary>Waits for the database and its migrations before the program listens.</summary>
public sealed class DatabaseStartup(
    IDatabaseServer server,
    IDatabaseErrors errors,
    IDbContextFactory<TicketingDbContext> contexts,
    IOptions<DatabaseOptions> options,
    TimeProvider clock,
    ILogger<DatabaseStartup> logger)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    /// <summary>Product and place, for logs; no secret in it.</summary>
    public string Description => server.Description;

    /// <summary>
    /// Waits for the database as long as the settings allow. Depending on them, migrates its tables or waits until another process has done so.
    /// </summary>
    /// <exception cref="DatabaseNotReadyException">It did not become ready in time.</exception>
    /// <exception cref="UnsupportedDatabaseException">It answers, but cannot be used.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => TryUntilReadyAsync(
        async token =>
        {
            await (options.Value.MigrateOnStart ? MigrateTablesAsync(token) : ExpectTablesAsync(token));
            await using var db = await contexts.CreateDbContextAsync(token);
            if (await server.IsUpgradingAsync(db, token))
            {
                DatabaseStartupLog.Upgrading(logger);
            }
        },
        cancellationToken);

    /// <summary>Waits for the database as long as the settings allow, and migrates its tables.</summary>
    /// <exception cref="DatabaseNotReadyException">It did not become ready in time.</exception>
    /// <exception cref="UnsupportedDatabaseException">It answers, but cannot be used.</exception>
    public Task MigrateAsync(CancellationToken cancellationToken) => TryUntilReadyAsync(MigrateTablesAsync, cancellationToken);

    /// <summary>As <see cref="MigrateAsync"/>, and ends the time in which replicas of the previous version may run.</summary>
    /// <exception cref="DatabaseNotReadyException">It did not become ready in time.</exception>
    /// <exception cref="UnsupportedDatabaseException">It answers, but cannot be used.</exception>
    public Task FinishUpgradeAsync(CancellationToken cancellationToken) => TryUntilReadyAsync(
        async token =>
        {
            await MigrateTablesAsync(token);
            await using var db = await contexts.CreateDbContextAsync(token);
            await server.FinishUpgradeAsync(db, token);
        },
        cancellationToken);

    private async Task TryUntilReadyAsync(Func<CancellationToken, Task> prepareTables, CancellationToken cancellationToken)
    {
        var patience = TimeSpan.FromSeconds(options.Value.StartupTimeoutSeconds);
        var started = clock.GetTimestamp();
        for (var pause = _firstPause; ; pause = Min(pause * 2, _longestPause))
        {
            try
            {
                await server.CheckAsync(cancellationToken);
                await prepareTables(cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is OutdatedTablesException || errors.Classify(exception) != DatabaseFault.None)
            {
                var reason = exception.GetBaseException().Message;
                if (clock.GetElapsedTime(started) + pause > patience)
                {
                    throw new DatabaseNotReadyException(server.Description, patience, reason);
                }

                DatabaseStartupLog.Waiting(logger, server.Description, reason, pause.TotalSeconds);
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private async Task MigrateTablesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await server.MigrateAsync(db, cancellationToken);
        await CheckTablesAsync(db, cancellationToken);
    }

    /// <summary>A database may have tables of another program with the same names.</summary>
    private async Task CheckTablesAsync(TicketingDbContext db, CancellationToken cancellationToken)
    {
        try
        {
            await db.Events.Take(0).ToListAsync(cancellationToken);
            await db.Bookings.Take(0).ToListAsync(cancellationToken);
        }
        catch (Exception exception) when (errors.Classify(exception) == DatabaseFault.Refused)
        {
            throw UnsupportedDatabaseException.ForeignTables(server.Description, exception);
        }
    }

    /// <summary>Newer tables are accepted, because a rolling update has them.</summary>
    private async Task ExpectTablesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var missing = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (missing.Count > 0)
        {
            throw new OutdatedTablesException(missing);
        }
    }

    private sealed class OutdatedTablesException(IEnumerable<string> missing) : Exception(
        $"The tables lack {string.Join(", ", missing)}. Run this program once with --migrate, or without Database:MigrateOnStart=false.");

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

/// <summary>The database did not become available within the start-up timeout.</summary>
/// <param name="database">The database.</param>
/// <param name="waited">How long the program waited.</param>
/// <param name="reason">The last error.</param>
public sealed class DatabaseNotReadyException(string database, TimeSpan waited, string reason)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"No database after {waited.TotalSeconds:0} s ({database}): {reason}"));

internal static partial class DatabaseStartupLog
{
    [LoggerMessage(1001, LogLevel.Warning, "Waiting for the database ({Database}): {Reason} Next try in {Pause} s.")]
    public static partial void Waiting(ILogger logger, string database, string reason, double pause);

    [LoggerMessage(1003, LogLevel.Warning,
        "The upgrade of the database is not finished, because replicas of the previous version may still run. Once they have all stopped, run this program with --migrate --finish.")]
    public static partial void Upgrading(ILogger logger);
}
