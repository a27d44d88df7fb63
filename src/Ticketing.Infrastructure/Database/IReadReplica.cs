using System.ComponentModel;

namespace Ticketing.Infrastructure.Database;

/// <summary>A server that replays what the database commits, and can only be read. Registered only if one is configured.</summary>
internal interface IReadReplica
{
    /// <summary>
    /// How far it may lag. With the four seconds for which a cache may keep an answer, and a moment for the query, a status is no older than the five seconds that
    /// readers are promised.
    /// </summary>
    static readonly TimeSpan MaxLag = TimeSpan.FromMilliseconds(800);

    /// <summary>Reads from it, if it is known to be up to date.</summary>
    /// <param name="read">Reads; what it is given is the context, and the time whose state it reads at the earliest, UTC.</param>
    /// <param name="notBefore">A timestamp: the replica must have what was committed until then.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Null if it cannot be read now, or lags too far, so that the database has to be read.</returns>
    Task<Reading<T>?> TryReadAsync<T>(
        Func<TicketingDbContext, DateTimeOffset, CancellationToken, Task<T>> read, long notBefore, CancellationToken cancellationToken);
}

/// <summary>A result from the database or its replica.</summary>
/// <param name="Value">The result.</param>
/// <param name="ReadAt">It includes everything that was committed before this time, UTC.</param>
[ImmutableObject(true)]
internal sealed record Reading<T>(T Value, DateTimeOffset ReadAt);
