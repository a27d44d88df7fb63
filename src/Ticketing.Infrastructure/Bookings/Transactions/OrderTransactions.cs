using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>Begins transactions whose BEGIN, COMMIT and ROLLBACK have a timeout.</summary>
/// <remarks>
/// They are sent as statements, because the driver's <c>BeginTransactionAsync</c> has no timeout: if the server hung, the order would wait, and run when the
/// server resumed.
/// Source: https://github.com/mysql-net/MySqlConnector/blob/master/src/MySqlConnector/MySqlConnection.cs, BeginTransactionAsync
/// </remarks>
internal sealed class OrderTransactions(IDatabaseErrors errors, Deadline deadline)
{
    private const int RollbackTimeoutSeconds = 2;

    private readonly string _selectLocked = $"SELECT * FROM events WHERE id = {{0}}{errors.RowLock}";

    public async Task<OrderTransaction> BeginAsync(TicketingDbContext db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var transaction = new OrderTransaction(this, db.Database);
        try
        {
            db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never; // SaveChanges would begin one of its own
            await db.Database.ExecuteSqlRawAsync(errors.BeginTransaction, CancellationToken.None);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Locks the row of an event until the transaction ends. What is read after that is final. Null if there is no such event.</summary>
    public async Task<Event?> LockAsync(TicketingDbContext db, int eventId) =>
        await db.Events.FromSqlRaw(_selectLocked, eventId).ToListAsync(CancellationToken.None) is [var @event] ? @event : null;

    /// <summary>
    /// Writes to the row of an event. Every order does the same, so one that was sent before this has been committed when this returns, or never will be: on one
    /// server it holds the row until it has ended; and of two nodes of a Galera cluster, the one that is second is refused, in the order that the cluster has agreed
    /// on. Its own node has applied by then what came first, so <c>wsrep_sync_wait</c> is not needed.
    /// Source: https://galeracluster.com/library/documentation/certification-based-replication.html
    /// </summary>
    public static async Task FenceAsync(IDbContextFactory<TicketingDbContext> contexts, int eventId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        await db.Events.Where(@event => @event.Id == eventId).ExecuteUpdateAsync(set => set.SetProperty(@event => @event.Version, @event => @event.Version + 1));
    }

    /// <summary>
    /// A COMMIT that succeeds is not believed: where a Galera node has ended the transaction between two statements, it has nothing to commit, and says OK.
    /// So the row that was to be written is looked for, in the same round trip.
    /// </summary>
    private async Task CommitAsync(DatabaseFacade database, string table, long id)
    {
        deadline.Committing();
        var sql = $"COMMIT{errors.AfterTransaction}; SELECT EXISTS (SELECT 1 FROM {table} WHERE id = {{0}})";
        if (await database.SqlQueryRaw<long>(sql, id).ToListAsync(CancellationToken.None) is not [1])
        {
            throw new TransactionLostException();
        }
    }

    /// <summary>
    /// Ignores the deadline: a connection must not return to the pool with an open transaction, which the next START TRANSACTION would commit. If it fails,
    /// the pool does not take the connection back.
    /// </summary>
    private async Task RollBackAsync(DatabaseFacade database)
    {
        try
        {
            if (database.GetDbConnection().State == ConnectionState.Open)
            {
                database.SetCommandTimeout(RollbackTimeoutSeconds);
                await database.ExecuteSqlRawAsync(Deadline.Rollback + errors.AfterTransaction, CancellationToken.None);
            }
        }
        catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
        {
            // The connection is lost, and the database rolls back.
        }
    }

    /// <summary>The transaction of one order. Disposing of it rolls back what was not committed.</summary>
    internal sealed class OrderTransaction(OrderTransactions transactions, DatabaseFacade database) : IAsyncDisposable
    {
        private bool _isCommitted;

        /// <param name="table">A table that it has written to.</param>
        /// <param name="id">The row that it has inserted there.</param>
        /// <exception cref="TransactionLostException">It was rolled back.</exception>
        public async Task CommitAsync(string table, long id)
        {
            await transactions.CommitAsync(database, table, id);
            _isCommitted = true;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isCommitted)
            {
                await transactions.RollBackAsync(database);
            }

            await database.CloseConnectionAsync();
        }
    }
}
