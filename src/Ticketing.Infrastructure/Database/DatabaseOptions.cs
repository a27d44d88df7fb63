using System.ComponentModel.DataAnnotations;
using MySqlConnector;

namespace Ticketing.Infrastructure.Database;

/// <summary>The section <c>Database</c> of the configuration. The connection string has the address.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Database";

    /// <summary>
    /// The database product. <see cref="DatabaseProvider.Auto"/> uses MariaDB if a server is configured (<c>ConnectionStrings:Ticketing</c> or
    /// <c>DB_HOST</c>), otherwise SQLite.
    /// </summary>
    [EnumDataType(typeof(DatabaseProvider))]
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Auto;

    /// <summary>
    /// How connections are encrypted, and which server is believed: None, Preferred, Required, VerifyCA or VerifyFull. A value in the connection string takes
    /// precedence. MariaDB only. Source: https://mysqlconnector.net/connection-options/#ssl-tls-options
    /// </summary>
    [EnumDataType(typeof(MySqlSslMode))]
    public MySqlSslMode Tls { get; set; } = MySqlSslMode.Preferred;

    /// <summary>
    /// A PEM file with the certificates of the authorities that may have signed the server's; without it, those that the system trusts. A value in the connection
    /// string takes precedence.
    /// </summary>
    public string? TlsCa { get; set; }

    /// <summary>False opens a new connection for every use: slow, for teaching.</summary>
    public bool Pooling { get; set; } = true;

    /// <summary>Maximum number of open connections per process, 1 to 10,000. A value in the connection string takes precedence.</summary>
    [Range(1, 10_000)]
    public int MaxPoolSize { get; set; } = 40;

    /// <summary>Maximum number of further connections for reads, 1 to 10,000. They have a pool of their own, so that no reader delays an order. MariaDB only.</summary>
    [Range(1, 10_000)]
    public int MaxReadPoolSize { get; set; } = 10;

    /// <summary>Timeout for a statement, in seconds, 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int CommandTimeoutSeconds { get; set; } = 10;

    /// <summary>
    /// How long a statement waits for a locked row, in seconds, 1 to 3,600. Shorter than the timeout for a statement, so that it ends as "busy"
    /// and not as a broken connection. MariaDB only.
    /// </summary>
    [Range(1, 3600)]
    public int LockWaitTimeoutSeconds { get; set; } = 5;

    /// <summary><see cref="LockWaitTimeoutSeconds"/>, or less if a statement has less time.</summary>
    internal int LockWaitSeconds => Math.Min(LockWaitTimeoutSeconds, Math.Max(1, CommandTimeoutSeconds - 1));

    /// <summary>Timeout for a free or a new connection, in seconds, 1 to 300.</summary>
    [Range(1, 300)]
    public int ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>How long to wait at start for an unavailable database, in seconds, 0 to 3,600.</summary>
    [Range(0, 3600)]
    public int StartupTimeoutSeconds { get; set; } = 60;

    /// <summary>Whether to migrate the tables at start.</summary>
    public bool MigrateOnStart { get; set; } = true;
}

/// <summary>The database products.</summary>
public enum DatabaseProvider
{
    /// <summary>Determined by the other settings.</summary>
    Auto,

    /// <summary>Embedded, in one file.</summary>
    Sqlite,

    /// <summary>A MariaDB server, 10.6 or later.</summary>
    MariaDb,
}
