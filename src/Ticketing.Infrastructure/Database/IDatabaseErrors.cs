namespace Ticketing.Infrastructure.Database;

/// <summary>What a database product's errors mean to a booking, how it locks a row, and how its transactions begin and end. Stateless.</summary>
public interface IDatabaseErrors
{
    /// <summary>
    /// What to append to a SELECT that must lock its rows until the transaction ends. Empty where beginning a transaction
    /// has already locked the whole database.
    /// </summary>
    string RowLock { get; }

    /// <summary>Begins a transaction that will write.</summary>
    string BeginTransaction { get; }

    /// <summary>What to append to its COMMIT or ROLLBACK.</summary>
    string AfterTransaction { get; }

    /// <summary>Says what an exception means. Exceptions that EF Core wraps around the driver's are unwrapped.</summary>
    DatabaseFault Classify(Exception exception);

    /// <summary>Whether a transaction whose COMMIT ended with this may have been committed.</summary>
    bool MayBeCommitted(Exception exception);
}

/// <summary>What an exception of a database driver means to a booking.</summary>
public enum DatabaseFault
{
    /// <summary>The exception does not come from the database.</summary>
    None,

    /// <summary>Contention for the same rows: the transaction was rolled back, and can be retried from its start.</summary>
    Contention,

    /// <summary>A unique index refused the row.</summary>
    DuplicateKey,

    /// <summary>The database is unavailable, or the connection was lost. A COMMIT in progress may or may not have happened.</summary>
    Unavailable,

    /// <summary>The database refused the statement.</summary>
    Refused,
}
