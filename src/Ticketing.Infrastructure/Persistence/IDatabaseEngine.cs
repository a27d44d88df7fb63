namespace Ticketing.Infrastructure.Persistence;

/// <summary>What differs between the database products, as far as bookings, start-up and faults are concerned.</summary>
public interface IDatabaseEngine
{
    /// <summary>Product and place, for logs; no secret in it.</summary>
    string Description { get; }

    /// <summary>
    /// What to append to a SELECT that must lock its rows until the transaction ends. Empty where beginning a transaction
    /// has locked the whole database already.
    /// </summary>
    string RowLock { get; }

    /// <summary>Says what an exception means.</summary>
    DatabaseFault Classify(Exception exception);

    /// <summary>Asks the database for a sign of life, on a connection of its own: a busy pool is not a dead database.</summary>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>Connects once, and checks that the server is one that this program can work with.</summary>
    /// <exception cref="UnsupportedDatabaseException">It is not, and waiting will not help.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Creates the database where it is missing and brings its tables up to date. Replicas may call it at the same time.</summary>
    /// <exception cref="UnsupportedDatabaseException">Another process holds the migration lock for longer than a migration should take.</exception>
    Task MigrateAsync(CancellationToken cancellationToken);
}
