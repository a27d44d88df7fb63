using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>
/// Lets one connection of this process write at a time. SQLite allows only one writer; without the gate, every other writer would retry every
/// 150 ms and block a thread meanwhile, and a few hundred buyers would stop the program. At the gate they wait without a thread.
/// </summary>
/// <remarks>
/// A connection enters the gate when it begins a transaction, or writes without one, and leaves it when it is closed, which EF Core does at the
/// end of either. The event of the connection is used, because EF Core's interceptors are not called when a context is disposed after a failure.
/// </remarks>
internal sealed class SqliteWriteGate(IOptions<DatabaseOptions> options, Deadline deadline, TicketingMetrics metrics, TimeProvider clock)
    : IDbTransactionInterceptor, IDbCommandInterceptor, IDisposable
{
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(options.Value.CommandTimeoutSeconds);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private DbConnection? _writer;

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default)
    {
        await EnterAsync(connection, cancellationToken);
        return result;
    }

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await EnterToWriteAsync(command, eventData, cancellationToken);
        return result;
    }

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await EnterToWriteAsync(command, eventData, cancellationToken);
        return result;
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Waits until no other connection writes. Closing the connection leaves the gate.</summary>
    /// <exception cref="SqliteException">Busy (5): the timeout has expired.</exception>
    public async ValueTask EnterAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(Volatile.Read(ref _writer), connection))
        {
            return;
        }

        var began = clock.GetTimestamp();
        var timeout = deadline.Limit(_timeout);
        var entered = await _gate.WaitAsync(timeout, cancellationToken);
        metrics.ConnectionWaitedFor(clock.GetElapsedTime(began));
        if (!entered)
        {
            throw new SqliteException($"The database was busy for {timeout.TotalSeconds:0.#} s.", SqliteErrors.Busy);
        }

        connection.StateChange += LeaveWhenClosed;
        Volatile.Write(ref _writer, connection);
    }

    /// <summary>Leaves the gate, for a connection that was never opened. Does nothing if the connection has not entered.</summary>
    public void Leave(DbConnection connection)
    {
        if (ReferenceEquals(Interlocked.CompareExchange(ref _writer, null, connection), connection))
        {
            connection.StateChange -= LeaveWhenClosed;
            _gate.Release();
        }
    }

    private void LeaveWhenClosed(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState == ConnectionState.Closed)
        {
            Leave((DbConnection)sender);
        }
    }

    private ValueTask EnterToWriteAsync(DbCommand command, CommandEventData eventData, CancellationToken cancellationToken) =>
        eventData.CommandSource is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.ExecuteSqlRaw
            ? EnterAsync(command.Connection!, cancellationToken)
            : default;
}
