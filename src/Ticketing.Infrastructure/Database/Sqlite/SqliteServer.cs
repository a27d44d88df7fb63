using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>The file of the SQLite database.</summary>
internal sealed class SqliteServer(DatabaseTarget target, TimeProvider clock) : IDatabaseServer
{
    /// <summary>A migration takes seconds; a process that holds the lock longer than this hangs.</summary>
    private static readonly TimeSpan _migrationTimeout = TimeSpan.FromSeconds(60);

    private readonly string _file = Path.GetFullPath(new SqliteConnectionStringBuilder(target.ConnectionString).DataSource);

    public string Description => $"SQLite, {_file}";

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(_file) is { } folder && !Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
        }

        await using var connection = new SqliteConnection(target.ConnectionString);
        await connection.OpenAsync(cancellationToken);
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(target.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM events LIMIT 1";
        await command.ExecuteScalarAsync(cancellationToken);
    }

    public async Task MigrateAsync(TicketingDbContext db, CancellationToken cancellationToken)
    {
        // EF Core's own lock is a row: a process that is killed leaves it behind, and the next one waits forever. A locked file does not
        // outlive its process, so its owner knows that a row that is still there belongs to a dead process.
        await using var _ = await LockFileAsync(cancellationToken);
        await db.Database.ExecuteSqlRawAsync("""DROP TABLE IF EXISTS "__EFMigrationsLock" """, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Only one version uses the file, so the migration counts.</remarks>
    public Task<bool> IsUpgradingAsync(TicketingDbContext db, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task FinishUpgradeAsync(TicketingDbContext db, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<FileStream> LockFileAsync(CancellationToken cancellationToken)
    {
        var path = _file + ".migrate.lock";
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.GetElapsedTime(started) < _migrationTimeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellationToken);
            }
            catch (IOException exception)
            {
                throw new UnsupportedDatabaseException(
                    $"Another process has locked '{path}' for over {_migrationTimeout.TotalSeconds:0} s: {exception.Message}");
            }
        }
    }
}
