using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database;

/// <summary>Knows when a statement last succeeded. Those of EF Core report themselves.</summary>
public sealed class LastSuccess(TimeProvider clock) : IDbCommandInterceptor
{
    private long _timestamp = long.MinValue;

    /// <summary>A statement has succeeded now.</summary>
    public void Report() => Volatile.Write(ref _timestamp, clock.GetTimestamp());

    /// <summary>Whether it is less than this time ago.</summary>
    public bool IsWithin(TimeSpan time) => Volatile.Read(ref _timestamp) is var at && at != long.MinValue && clock.GetElapsedTime(at) < time;

    /// <summary>Whether it was at this timestamp or later.</summary>
    public bool IsSince(long timestamp) => Volatile.Read(ref _timestamp) >= timestamp;

    /// <inheritdoc/>
    ValueTask<DbDataReader> IDbCommandInterceptor.ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken)
    {
        Report();
        return new(result);
    }

    /// <inheritdoc/>
    ValueTask<int> IDbCommandInterceptor.NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken)
    {
        Report();
        return new(result);
    }
}
