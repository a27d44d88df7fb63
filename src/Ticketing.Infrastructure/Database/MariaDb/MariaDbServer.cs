using System.Data;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>The MariaDB server.</summary>
internal sealed class MariaDbServer(MySqlDataSource dataSource, TimeProvider clock, ILogger<MariaDbServer> logger) : IDatabaseServer
{
    /// <summary>INSERT … RETURNING came with this version. Source: https://mariadb.com/kb/en/insertreturning/</summary>
    private static readonly Version _oldestVersion = new(10, 6);

    /// <summary>How long to wait for another process that migrates. An index on ten million bookings takes a minute.</summary>
    private static readonly TimeSpan _migrationTimeout = TimeSpan.FromMinutes(10);

    /// <summary>How long a table may be in use, by a backup for example, before the migration gives up.</summary>
    private static readonly TimeSpan _longestUse = TimeSpan.FromMinutes(10);

    /// <summary>The database may have to be created first, and a connection that names a missing one fails.</summary>
    private const string NoDatabase = "";

    private readonly MySqlConnectionStringBuilder _settings = new(dataSource.ConnectionString);

    public string Description => $"MariaDB, {_settings.Server}:{_settings.Port}/{_settings.Database}";

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            // It changes nothing, and is refused as an order would be: after a fail-over, the old server can only be read.
            await using var connection = await ConnectOutsidePoolAsync(_settings.Database, cancellationToken);
            await using var command = new MySqlCommand("UPDATE events SET version = version WHERE id = 0", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (MySqlException exception) when (exception.ErrorCode is MySqlErrorCode.ConnectionCountError or MySqlErrorCode.TooManyUserConnections or MySqlErrorCode.UserLimitReached)
        {
            // It answers, and the connections of the pool work, although others have used up the rest.
        }
    }

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectOutsidePoolAsync(NoDatabase, cancellationToken);
        if (ParseVersion(connection.ServerVersion) is not { } version || version < _oldestVersion)
        {
            throw new UnsupportedDatabaseException(
                $"The server at {_settings.Server}:{_settings.Port} is '{connection.ServerVersion}'; MariaDB {_oldestVersion} or later is needed.");
        }

        await using var command = new MySqlCommand("SELECT @@innodb_flush_log_at_trx_commit", connection);
        var flush = Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        if (flush != 1)
        {
            MariaDbLog.NotDurable(logger, flush);
        }
    }

    public async Task MigrateAsync(TicketingDbContext db, CancellationToken cancellationToken)
    {
        await CreateDatabaseAsync(cancellationToken);
        if (!(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            return;
        }

        bool? isNew = null;
        await UnderLockAsync(
            db,
            async () =>
            {
                isNew ??= !(await db.Database.GetAppliedMigrationsAsync(cancellationToken)).Any(); // of the first attempt
                await MigrateTablesAsync(db, cancellationToken);
                if (isNew.Value)
                {
                    await CountBookingsAsync(db, cancellationToken);
                }
            },
            cancellationToken);
    }

    private async Task MigrateTablesAsync(TicketingDbContext db, CancellationToken cancellationToken)
    {
        try
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
        catch (MySqlException exception) when (exception.ErrorCode is MySqlErrorCode.BadFieldError or MySqlErrorCode.KeyColumnDoesNotExist)
        {
            throw UnsupportedDatabaseException.ForeignTables(Description, exception);
        }
    }

    public async Task<bool> IsUpgradingAsync(TicketingDbContext db, CancellationToken cancellationToken)
    {
        var defaults = await db.Database.SqlQuery<string?>(
            $"""
            SELECT COLUMN_DEFAULT AS Value FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'events' AND COLUMN_NAME = 'bookings'
            """).ToListAsync(cancellationToken);
        return defaults is not ["0"] || await db.Events.AnyAsync(@event => @event.Bookings == null, cancellationToken);
    }

    public Task FinishUpgradeAsync(TicketingDbContext db, CancellationToken cancellationToken) =>
        UnderLockAsync(db, () => CountBookingsAsync(db, cancellationToken), cancellationToken);

    /// <summary>Can be repeated, if somebody has finished too early: it counts all events again.</summary>
    private static async Task CountBookingsAsync(TicketingDbContext db, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlRawAsync("ALTER TABLE events WAIT 1 ALTER COLUMN bookings SET DEFAULT 0", cancellationToken);
        foreach (var id in await db.Events.Select(@event => @event.Id).ToListAsync(cancellationToken))
        {
            // Most of it before the lock, which no order should wait for. The ids of an event are in the order of its commits, because each is assigned
            // under this lock, so those that are still to come are higher. Naive takes no lock, and may be miscounted while it sells.
            var newest = await db.Bookings.Where(booking => booking.EventId == id).MaxAsync(booking => (long?)booking.Id, cancellationToken) ?? 0;
            var counted = await db.Bookings.CountAsync(booking => booking.EventId == id && booking.Id <= newest, cancellationToken);
            await db.Database.ExecuteSqlAsync(
                $"""
                START TRANSACTION;
                SELECT id FROM events WHERE id = {id} FOR UPDATE;
                UPDATE events
                SET bookings = {counted} + (SELECT COUNT(*) FROM bookings WHERE event_id = {id} AND id > {newest}), version = version + 1
                WHERE id = {id};
                COMMIT
                """,
                cancellationToken);
        }
    }

    /// <summary>
    /// EF Core's own lock waits three days for a process that hangs. Ours is taken first, on the session that migrates: it ends with the session,
    /// and the server ends the session after a minute without activity.
    /// </summary>
    private async Task UnderLockAsync(TicketingDbContext db, Func<Task> migrate, CancellationToken cancellationToken)
    {
        // A pooled context counts how often its connection was opened, and never closes it if opened once too often.
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await LockAsync(db, migrate, cancellationToken);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private async Task LockAsync(TicketingDbContext db, Func<Task> migrate, CancellationToken cancellationToken)
    {
        await using var command = ((MySqlConnection)db.Database.GetDbConnection()).CreateCommand();
        command.CommandText = $"SET SESSION wait_timeout = 60; SELECT GET_LOCK(@name, {_migrationTimeout.TotalSeconds:0})";
        command.CommandTimeout = (int)_migrationTimeout.TotalSeconds + 10;
        command.Parameters.AddWithValue("@name", LockName);
        if (Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) != 1)
        {
            throw new UnsupportedDatabaseException(
                $"Another process has held the migration lock '{LockName}' for over {_migrationTimeout.TotalMinutes:0} min. " +
                $"SELECT IS_USED_LOCK('{LockName}') names its connection, KILL ends it.");
        }

        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        try
        {
            await RetryWhileInUseAsync(migrate, cancellationToken);
        }
        finally
        {
            // The connection returns to the pool, and must not keep the lock and the short timeout.
            if (db.Database.GetDbConnection().State == ConnectionState.Open)
            {
                command.CommandText = "SELECT RELEASE_LOCK(@name); SET SESSION wait_timeout = DEFAULT";
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>A statement that cannot have its table within a second gives up, so that no order waits behind it for longer.</summary>
    private async Task RetryWhileInUseAsync(Func<Task> migrate, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await migrate();
                return;
            }
            catch (Exception exception) when (IsLockWaitTimeout(exception) && clock.GetElapsedTime(started) < _longestUse)
            {
                MariaDbLog.TableInUse(logger);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        }
    }

    /// <summary>EF Core wraps what it holds for transient.</summary>
    private static bool IsLockWaitTimeout(Exception exception) => exception.GetBaseException() is MySqlException { ErrorCode: MySqlErrorCode.LockWaitTimeout };

    private string LockName => $"ticketing_migration_{_settings.Database}"[..Math.Min(64, 20 + _settings.Database.Length)];

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The usual case: it exists, and the user may have no right to create one.
            await using var existing = await dataSource.OpenConnectionAsync(cancellationToken);
        }
        catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.UnknownDatabase)
        {
            await using var connection = await ConnectOutsidePoolAsync(NoDatabase, cancellationToken);
            await using var command = new MySqlCommand(
                $"CREATE DATABASE IF NOT EXISTS `{_settings.Database.Replace("`", "``", StringComparison.Ordinal)}` CHARACTER SET utf8mb4", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task<MySqlConnection> ConnectOutsidePoolAsync(string database, CancellationToken cancellationToken)
    {
        var settings = new MySqlConnectionStringBuilder(dataSource.ConnectionString) { Database = database, Pooling = false };
        var connection = new MySqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static Version? ParseVersion(string serverVersion)
    {
        // "10.11.14-MariaDB-0+deb12u2", or "5.5.5-10.5.1-MariaDB" on old servers.
        var parts = serverVersion.Split('-');
        var product = Array.FindIndex(parts, part => part.Equals("MariaDB", StringComparison.OrdinalIgnoreCase));
        return product > 0 && Version.TryParse(parts[product - 1], out var version) ? version : null;
    }
}

internal static partial class MariaDbLog
{
    [LoggerMessage(1101, LogLevel.Warning,
        "innodb_flush_log_at_trx_commit is {Flush}, not 1: bookings that this server confirms can be lost when its machine loses power.")]
    public static partial void NotDurable(ILogger logger, int flush);

    [LoggerMessage(1103, LogLevel.Warning, "The tables are in use by a long transaction, so the migration waits: no order must wait for it. It tries again every second.")]
    public static partial void TableInUse(ILogger logger);
}
