using System.Net.Sockets;
using MySqlConnector;

namespace Ticketing.Infrastructure.Persistence.MariaDb;

/// <summary>The server's error numbers that mean something to a booking. Source: https://mariadb.com/kb/en/mariadb-error-code-reference/</summary>
internal static class MariaDbErrors
{
    /// <summary>What the driver gives for its own errors: the packet that should have brought a number never came.</summary>
    private const int None = 0;

    /// <summary>What the driver gives when a statement took longer than it may. The connection is broken then, and the outcome unknown.</summary>
    private const int CommandTimeoutExpired = -1;

    private const int CheckRead = 1020; // innodb_snapshot_isolation: the row has changed since the snapshot (MariaDB 11.6 and later by default)
    private const int DiskFull = 1021;
    private const int TooManyConnections = 1040;
    private const int CannotConnect = 1042;
    private const int WsrepNotReady = 1047; // Galera: this node has lost its cluster
    private const int ServerShutdown = 1053;
    private const int DuplicateEntry = 1062;
    private const int TableFull = 1114;
    private const int NetworkReadError = 1158;
    private const int NetworkReadInterrupted = 1159;
    private const int NetworkWriteError = 1160;
    private const int NetworkWriteInterrupted = 1161;
    private const int TooManyUserConnections = 1203;
    private const int LockWaitTimeout = 1205;
    private const int Deadlock = 1213;
    private const int UserLimitReached = 1226;
    private const int ReadOnlyServer = 1290;
    private const int QueryInterrupted = 1317;
    private const int DuplicateEntryWithKeyName = 1586;
    private const int ReadOnlyMode = 1836;
    private const int ConnectionKilled = 1927;
    private const int StatementTimeout = 1969;
    private const int ServerHasGoneAway = 2006;
    private const int ServerLost = 2013;

    private const string Driver = "MySqlConnector";

    /// <summary>How the driver tells a pool without a free connection from a server that cannot be reached: by its words alone.</summary>
    private const string PoolExhausted = "All pooled connections are in use";

    /// <summary>Looks through the exceptions that EF Core wraps around the driver's.</summary>
    public static DatabaseFault Classify(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is MySqlException mySql)
            {
                return mySql.Message.Contains(PoolExhausted, StringComparison.Ordinal) ? DatabaseFault.Contention : Classify((int)mySql.ErrorCode);
            }

            // The end of the stream, or "the connection is closed": the driver throws, or lets through, the framework's exceptions for what it did
            // not get to read.
            if (cause is SocketException || cause.Source == Driver)
            {
                return DatabaseFault.Unavailable;
            }
        }

        return DatabaseFault.None;
    }

    private static DatabaseFault Classify(int number) => number switch
    {
        Deadlock or LockWaitTimeout or CheckRead => DatabaseFault.Contention,

        DuplicateEntry or DuplicateEntryWithKeyName => DatabaseFault.DuplicateKey,

        None or CommandTimeoutExpired or CannotConnect or ConnectionKilled or ServerHasGoneAway or ServerLost or ServerShutdown
            or NetworkReadError or NetworkReadInterrupted or NetworkWriteError or NetworkWriteInterrupted
            or QueryInterrupted or StatementTimeout
            or TooManyConnections or TooManyUserConnections or UserLimitReached
            or ReadOnlyServer or ReadOnlyMode or WsrepNotReady or DiskFull or TableFull => DatabaseFault.Unavailable,

        _ => DatabaseFault.Refused,
    };
}
