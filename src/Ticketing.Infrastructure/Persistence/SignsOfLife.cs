using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Persistence;

/// <summary>When a statement last succeeded. A database under load may let nobody new in for seconds, and is not gone for that.</summary>
public sealed class SignsOfLife(TimeProvider clock) : DbCommandInterceptor
{
    private long _last = long.MinValue;

    /// <summary>The database has done something. Statements of EF Core are noticed by themselves.</summary>
    public void Notice() => Volatile.Write(ref _last, clock.GetTimestamp());

    /// <summary>Whether it has done anything since then, a timestamp of the clock.</summary>
    public bool Since(long timestamp) => Volatile.Read(ref _last) >= timestamp;

    /// <inheritdoc/>
    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        Notice();
        return new(result);
    }

    /// <inheritdoc/>
    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Notice();
        return new(result);
    }
}
