using System.Net.Sockets;
using MySqlConnector;
using static MySqlConnector.MySqlErrorCode;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>The server's errors that mean something to a booking. Source: https://mariadb.com/kb/en/mariadb-error-code-reference/</summary>
internal sealed class MariaDbErrors : IDatabaseErrors
{
    // MariaDB's own errors, which the driver does not name.
    private const MySqlErrorCode ReadOnlyMode = (MySqlErrorCode)1836;
    private const MySqlErrorCode ConnectionKilled = (MySqlErrorCode)1927;
    private const MySqlErrorCode StatementTimeout = (MySqlErrorCode)1969;
    private const MySqlErrorCode ServerHasGoneAway = (MySqlErrorCode)2006;
    private const MySqlErrorCode ServerLost = (MySqlErrorCode)2013;

    /// <summary>Galera answers this when the node has lost its cluster (WSREP has not yet prepared node for application use).</summary>
    private const MySqlErrorCode WsrepNotReady = UnknownCommand;

    private const string Driver = "MySqlConnector";

    /// <summary>Only this text tells a pool without a free connection from an unavailable server.</summary>
    private const string PoolExhausted = "All pooled connections are in use";

    /// <summary>
    /// Outside this transaction, the session can only read. A Galera node that finds a transaction in conflict with one of another node ends it, and if that
    /// happens between two statements of one text, says nothing and goes on with the next statement: what is left of the text would commit by itself, an
    /// UPDATE without its INSERT. So it is an error (1792), and the order is tried again.
    /// Source: https://mariadb.com/kb/en/set-transaction/
    /// </summary>
    public const string Begin = "SET SESSION TRANSACTION READ ONLY; START TRANSACTION READ WRITE";

    /// <summary>Where nobody says otherwise, a session may write.</summary>
    public const string After = "; SET SESSION TRANSACTION READ WRITE";

    public string RowLock => " FOR UPDATE";

    public string BeginTransaction => Begin;

    public string AfterTransaction => After;

    DatabaseFault IDatabaseErrors.Classify(Exception exception) => Classify(exception);

    /// <summary>LockWaitTimeout: with <c>wsrep_sync_wait</c>, the read after the COMMIT waits for the cluster, and that wait may time out.</summary>
    public bool MayBeCommitted(Exception exception) =>
        Classify(exception) == DatabaseFault.Unavailable || exception is TransactionLostException || MySqlErrorIn(exception) == LockWaitTimeout;

    public static DatabaseFault Classify(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is TransactionLostException)
            {
                return DatabaseFault.Contention;
            }

            if (cause is MySqlException mySql)
            {
                return mySql.Message.Contains(PoolExhausted, StringComparison.Ordinal) ? DatabaseFault.Contention : Classify(mySql.ErrorCode);
            }

            // The end of the stream, or "the connection is closed": the driver throws exceptions of the framework, or passes them on, if
            // it could not read an answer.
            if (cause is SocketException or DeadlineExceededException || cause.Source == Driver)
            {
                return DatabaseFault.Unavailable;
            }
        }

        return DatabaseFault.None;
    }

    /// <summary>Whether other connections that were opened before would fail in the same way: the server has gone, or is no longer the one to write to.</summary>
    public static bool ConcernsAllConnections(Exception exception) =>
        exception is not DeadlineExceededException
        && Classify(exception) == DatabaseFault.Unavailable
        && MySqlErrorIn(exception) is not (ConnectionKilled or QueryInterrupted or StatementTimeout or ErrorDuringCommit or ConnectionCountError or TooManyUserConnections
            or UserLimitReached or DiskFull or RecordFileFull);

    private static MySqlErrorCode? MySqlErrorIn(Exception? exception) =>
        exception is null or MySqlException ? (exception as MySqlException)?.ErrorCode : MySqlErrorIn(exception.InnerException);

    private static DatabaseFault Classify(MySqlErrorCode code) => code switch
    {
        // CheckRead: innodb_snapshot_isolation, the row has changed since the snapshot (MariaDB 11.6 and later by default). LockDeadlock: also what Galera calls
        // a conflict with another node. CannotExecuteInReadOnlyTransaction: see Begin.
        LockDeadlock or LockWaitTimeout or CheckRead or CannotExecuteInReadOnlyTransaction => DatabaseFault.Contention,

        DuplicateKeyEntry or DuplicateEntryWithKeyName => DatabaseFault.DuplicateKey,

        // None: the packet with the code never arrived. CommandTimeoutExpired: the connection is broken, the outcome unknown.
        // ErrorDuringCommit: Galera, whose transaction may have reached the other nodes.
        None or CommandTimeoutExpired or UnableToConnectToHost or ConnectionKilled or ServerHasGoneAway or ServerLost or ServerShutdown
            or NetReadError or NetReadInterrupted or NetErrorOnWrite or NetWriteInterrupted
            or QueryInterrupted or StatementTimeout
            or ConnectionCountError or TooManyUserConnections or UserLimitReached
            or OptionPreventsStatement or ReadOnlyMode or WsrepNotReady or ErrorDuringCommit or DiskFull or RecordFileFull => DatabaseFault.Unavailable,

        _ => DatabaseFault.Refused,
    };
}
