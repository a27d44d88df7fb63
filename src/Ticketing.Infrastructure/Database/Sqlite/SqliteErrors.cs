using Microsoft.Data.Sqlite;

namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>SQLite's result codes that mean something to a booking. Source: https://www.sqlite.org/rescode.html</summary>
internal sealed class SqliteErrors : IDatabaseErrors
{
    public const int Busy = 5;

    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;
    private const int ConstraintPrimaryKey = 1555;
    private const int ConstraintUnique = 2067;

    /// <summary>Transactions begin IMMEDIATE: they hold the only write lock there is.</summary>
    public string RowLock => "";

    public string BeginTransaction => "BEGIN IMMEDIATE";

    public string AfterTransaction => "";

    public bool MayBeCommitted(Exception exception) => Classify(exception) == DatabaseFault.Unavailable || exception is TransactionLostException;

    public DatabaseFault Classify(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DeadlineExceededException)
            {
                return DatabaseFault.Unavailable;
            }

            if (cause is TransactionLostException)
            {
                return DatabaseFault.Contention;
            }

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
}
