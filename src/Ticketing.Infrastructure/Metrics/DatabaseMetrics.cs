using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Metrics;

/// <summary>Measures the statements of EF Core, and counts connections that fail or break.</summary>
/// <remarks>
/// The batched strategy sends its own SQL and measures it there. The driver reports how long opening a connection takes, see
/// <see cref="PoolListener"/>; without a pool, it is measured here.
/// </remarks>
internal sealed class DatabaseMetrics(TicketingMetrics metrics, IDatabaseErrors errors, PoolListener pool) : DbCommandInterceptor, IDbConnectionInterceptor
{
    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        Ended(command, eventData);
        return new(result);
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Ended(command, eventData);
        return new(result);
    }

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Ended(command, eventData);
        if (errors.Classify(eventData.Exception) == DatabaseFault.Unavailable)
        {
            metrics.ConnectionFailed();
        }

        return Task.CompletedTask;
    }

    public Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (!pool.IsListening)
        {
            metrics.ConnectionMade(eventData.Duration);
        }

        return Task.CompletedTask;
    }

    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        metrics.ConnectionFailed();
        return Task.CompletedTask;
    }

    private void Ended(DbCommand command, CommandEndEventData eventData)
    {
        if (StatementText.KindOf(command.CommandText) is { } kind)
        {
            metrics.QueryEnded(kind.Operation, kind.Table, eventData.Duration);
        }
    }
}
