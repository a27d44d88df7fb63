using System.ComponentModel.DataAnnotations;

namespace Ticketing.Infrastructure.Database;

/// <summary>The section <c>Database</c> of the configuration. Where the database is stands in the connection string, not here.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Database";

    /// <summary>
    /// Which product. <see cref="DatabaseProvider.Auto"/> takes MariaDB when a server is named (<c>ConnectionStrings:Ticketing</c> or
    /// <c>DB_HOST</c>), else SQLite.
    /// </summary>
    [EnumDataType(typeof(DatabaseProvider))]
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Auto;

    /// <summary>False opens a new connection for every use, as the system that this one re-implements did: slow, for teaching.</summary>
    public bool Pooling { get; set; } = true;

    /// <summary>The most connections that one process keeps open, 1 to 10,000. Where the connection string says so too, that counts.</summary>
    [Range(1, 10_000)]
    public int MaxPoolSize { get; set; } = 40;

    /// <summary>How long a statement may take, in seconds, 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int CommandTimeoutSeconds { get; set; } = 10;

    /// <summary>
    /// How long a statement may wait for a row that somebody else has locked, in seconds, 1 to 3,600. Shorter than the time for a statement, so
    /// that it ends as "busy" and not as a broken connection. MariaDB only.
    /// </summary>
    [Range(1, 3600)]
    public int LockWaitTimeoutSeconds { get; set; } = 5;

    /// <summary>How long to wait for a free connection, or for a new one, in seconds, 1 to 300.</summary>
    [Range(1, 300)]
    public int ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>How long to wait at start for a database that cannot be reached, in seconds, 0 to 3,600.</summary>
    [Range(0, 3600)]
    public int StartupTimeoutSeconds { get; set; } = 60;

    /// <summary>Whether to bring the tables up to date at start.</summary>
    public bool MigrateOnStart { get; set; } = true;
}

/// <summary>The database products.</summary>
public enum DatabaseProvider
{
    /// <summary>Whichever the other settings point to.</summary>
    Auto,

    /// <summary>Embedded, in one file.</summary>
    Sqlite,

    /// <summary>A MariaDB server, 10.5 or later.</summary>
    MariaDb,
}
