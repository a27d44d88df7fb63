using System.Data;
using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>Opens connections, and empties the pool if its connections are dead.</summary>
/// <remarks>
/// After a restart of the server all pooled connections are dead, and after a fail-over they connect to a server that has become read-only. The driver
/// notices it one connection at a time, at the cost of one request each. So the first request that fails in this way empties the pool. If nothing has
/// succeeded for a moment, no request may have noticed yet, and the connection is tried before it is used; while tickets are sold, something
/// succeeds all the time, and nothing is tried.
/// </remarks>
internal sealed class PooledConnections(
    MySqlDataSource dataSource, NewConnections newConnections, Deadline deadline, TimeProvider clock, ILogger<PooledConnections> logger)
    : DbConnectionInterceptor, IDbCommandInterceptor
{
    private const int TrialTimeoutSeconds = 2;

    /// <summary>A server needs longer than this to restart.</summary>
    private static readonly TimeSpan _idle = TimeSpan.FromMilliseconds(200);

    /// <summary>No limit in practice.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1);

    private static readonly Func<MySqlDataSource, Task> _empty = FindWayToEmpty();

    private readonly Lock _lock = new();
    private Task _emptying = Task.CompletedTask;
    private long? _emptiedAt;

    /// <summary>When a statement last succeeded on a connection of this pool.</summary>
    public LastSuccess LastSuccess { get; } = new(clock);

    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context?.Database.AutoTransactionBehavior == AutoTransactionBehavior.Never)
        {
            // EF Core opens a lost connection again, and would go on outside the transaction.
            throw new InvalidOperationException("The connection was lost in a transaction.");
        }

        await OpenAsync((MySqlConnection)connection, cancellationToken);
        return InterceptionResult.Suppress();
    }

    /// <summary>For connections that EF Core does not open.</summary>
    public async Task<MySqlConnection> OpenAsync()
    {
        var connection = dataSource.CreateConnection();
        var opening = OpenAsync(connection, CancellationToken.None);
        try
        {
            await opening.WaitAsync(deadline.Limit(_longest), clock);
            return connection;
        }
        catch (TimeoutException)
        {
            _ = DisposeWhenOpenedAsync(); // the driver does not cancel a handshake that hangs
            throw new DeadlineExceededException();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        async Task DisposeWhenOpenedAsync()
        {
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.DisposeAsync();
        }
    }

    Task IDbCommandInterceptor.CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken) =>
        Deadline.IsRollback(command) ? DiscardAsync(eventData.Exception) : AfterAsync(eventData.Exception);

    /// <summary>Empties the pool if this is an error that other connections of the pool would have as well.</summary>
    public async Task AfterAsync(Exception exception)
    {
        if (!MariaDbErrors.ConcernsAllConnections(exception))
        {
            return;
        }

        // Of the many that fail at once, one is enough, and the others wait for it; emptied again and again, the pool would lose new connections too.
        Task emptying;
        lock (_lock)
        {
            if (_emptiedAt is not { } at || clock.GetElapsedTime(at) > _idle)
            {
                PooledConnectionsLog.Emptied(logger, exception.GetBaseException().Message);
                _emptiedAt = clock.GetTimestamp();
                _emptying = _empty(dataSource);
            }

            emptying = _emptying;
        }

        await emptying;
    }

    /// <summary>After a ROLLBACK that failed, for whatever reason: the pool takes no connection back that it has lent before this.</summary>
    public Task DiscardAsync(Exception exception)
    {
        PooledConnectionsLog.Emptied(logger, exception.GetBaseException().Message);
        return _empty(dataSource);
    }

    private async Task OpenAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(deadline.Limit(_longest));
        try
        {
            await OpenAndTryAsync(connection, limited.Token);
        }
        catch (OperationCanceledException) when (limited.IsCancellationRequested)
        {
            if (connection.State == ConnectionState.Open)
            {
                // Cancelled after the handshake and before its settings were made, a new session would go to the pool without them.
                await newConnections.PrepareAsync(connection);
                await connection.CloseAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw new DeadlineExceededException();
        }
    }

    private async Task OpenAndTryAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        // Before it is opened: meanwhile another request may replace the pool and succeed, while this connection still comes from the old one.
        var isInUse = LastSuccess.IsWithin(_idle);
        await connection.OpenAsync(cancellationToken);
        if (isInUse)
        {
            return;
        }

        try
        {
            await using var trial = new MySqlCommand("DO 1", connection) { CommandTimeout = TrialTimeoutSeconds };
            await trial.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception exception) when (MariaDbErrors.ConcernsAllConnections(exception))
        {
            await connection.CloseAsync();
            await AfterAsync(exception);
            await connection.OpenAsync(cancellationToken);
        }
    }

    /// <summary>The driver has a public way to empty a pool only if the pool was made from a connection string: https://mysqlconnector.net/api/mysqlconnector/mysqlconnection/clearpoolasync/</summary>
    private static Func<MySqlDataSource, Task> FindWayToEmpty()
    {
        var pool = typeof(MySqlDataSource).GetProperty("Pool", BindingFlags.Instance | BindingFlags.NonPublic)!;
        var clear = pool.PropertyType.GetMethod("ClearAsync")!;
        var asynchronous = Enum.Parse(clear.GetParameters()[0].ParameterType, "Asynchronous");
        return source => pool.GetValue(source) is { } made ? (Task)clear.Invoke(made, [asynchronous, CancellationToken.None])! : Task.CompletedTask;
    }
}

internal static partial class PooledConnectionsLog
{
    [LoggerMessage(1102, LogLevel.Warning, "A pooled connection to the database failed, so all of them are replaced: {Reason}")]
    public static partial void Emptied(ILogger logger, string reason);
}
