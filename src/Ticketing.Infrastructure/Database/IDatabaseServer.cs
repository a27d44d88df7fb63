namespace Ticketing.Infrastructure.Database;

/// <summary>The server, or the file, that holds the database: whether it answers, whether it is suitable, and its tables.</summary>
public interface IDatabaseServer
{
    /// <summary>Product and place, for logs; no secret in it.</summary>
    string Description { get; }

    /// <summary>Finds out whether it can be written to, on a connection of its own: a busy pool does not mean that the database is unavailable.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Connects once, and checks that this program can work with the server.</summary>
    /// <exception cref="UnsupportedDatabaseException">It cannot, and waiting will not help.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Creates the database if it is missing, and migrates its tables. Replicas can call it at the same time.</summary>
    /// <param name="db">A context that has not been used yet.</param>
    /// <param name="cancellationToken">Ends the waiting for other replicas.</param>
    /// <exception cref="UnsupportedDatabaseException">Another process holds the migration lock for longer than a migration should take.</exception>
    Task MigrateAsync(TicketingDbContext db, CancellationToken cancellationToken);

    /// <summary>
    /// Whether replicas of an older version, which do not count the bookings of an event in its row, may still sell tickets. This is true from the migration
    /// until <see cref="FinishUpgradeAsync"/>.
    /// </summary>
    Task<bool> IsUpgradingAsync(TicketingDbContext db, CancellationToken cancellationToken);

    /// <summary>Counts the bookings of every event, under its lock. All replicas of an older version must have stopped.</summary>
    Task FinishUpgradeAsync(TicketingDbContext db, CancellationToken cancellationToken);
}

/// <summary>The database answers, but cannot be used as it is. The message says why and what to do.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class UnsupportedDatabaseException(string message) : Exception(message)
{
    /// <summary>The database has tables of another program.</summary>
    public static UnsupportedDatabaseException ForeignTables(string database, Exception exception) => new(
        $"The tables 'events' and 'bookings' of {database} belong to another program: {exception.GetBaseException().Message.TrimEnd('.')}. Name another database.");
}
