using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Ticketing.Infrastructure.Persistence.Sqlite;

/// <summary>What is particular to SQLite.</summary>
internal sealed class SqliteEngine(string connectionString, IDbContextFactory<TicketingDbContext> contexts) : IDatabaseEngine
{
    /// <summary>A migration of ours takes seconds; who holds the lock longer than this hangs.</summary>
    private static readonly TimeSpan _migrationPatience = TimeSpan.FromSeconds(60);

    // Result codes: https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;
    private const int ConstraintPrimaryKey = 1555;
    private const int ConstraintUnique = 2067;

    private readonly string _file = new SqliteConnectionStringBuilder(connectionString).DataSource;

    public string Description => $"SQLite, {Path.GetFullPath(_file)}";

    /// <summary>Transactions begin IMMEDIATE: they hold the only write lock there is.</summary>
    public string RowLock => "";

    public DatabaseFault Classify(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SqliteException sqlite)
            {
                return (sqlite.SqliteErrorCode, sqlite.SqliteExtendedErrorCode) switch
                {
                    (Busy or Locked, _) => DatabaseFault.Contention,
                    (_, ConstraintUnique or ConstraintPrimaryKey) => DatabaseFault.DuplicateKey,
                    (ReadOnly or IoError or Corrupt or Full or CannotOpen or NotADatabase, _) => DatabaseFault.Unavailable,
                    _ => DatabaseFault.Refused,
                };
            }
        }

        return DatabaseFault.None;
    }

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(_file)) is { } folder && !Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
        }

        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
    }

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Events.Select(@event => @event.Id).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // EF Core's own lock is a row, which a process that is killed leaves behind, and the next one waits for ever. A locked file does not
        // outlive its process, so whoever holds it knows that a row still there is a dead one's.
        await using var _ = await LockFileAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlRawAsync("""DROP TABLE IF EXISTS "__EFMigrationsLock" """, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

    private async Task<FileStream> LockFileAsync(CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(_file) + ".migrate.lock";
        var deadline = DateTime.UtcNow + _migrationPatience;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(100, cancellationToken);
            }
            catch (IOException exception)
            {
                throw new UnsupportedDatabaseException(
                    $"Another process holds '{path}' for over {_migrationPatience.TotalSeconds:0} s: {exception.Message}");
            }
        }
    }
}
