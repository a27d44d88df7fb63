namespace Ticketing.Infrastructure.Persistence;

/// <summary>What an exception of a database driver means to a booking.</summary>
public enum DatabaseFault
{
    /// <summary>The exception does not come from the database.</summary>
    None,

    /// <summary>Others want the same rows: the transaction was rolled back, and may be tried again from its start.</summary>
    Contention,

    /// <summary>A unique index refused the row.</summary>
    DuplicateKey,

    /// <summary>The database cannot be reached, or the connection was lost on the way. A COMMIT under way may or may not have happened.</summary>
    Unavailable,

    /// <summary>The database understood and refused.</summary>
    Refused,
}
