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
        private bool _isOver;

        /// <param name="table">A table that it has written to.</param>
        /// <param name="id">The row that it has inserted there.</param>
        /// <exception cref="TransactionLostException">It was rolled back.</exception>
        public async Task CommitAsync(string table, long id)
        {
            try
            {
                await transactions.CommitAsync(database, table, id);
            }
            catch
            {
                await RollBackAsync(); // a look-up of what became of it must not wait for its locks
                throw;
            }

            _isOver = true;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isOver)
            {
                await RollBackAsync();
            }

            await database.CloseConnectionAsync();
        }

        private Task RollBackAsync()
        {
            _isOver = true;
            return transactions.RollBackAsync(database);
        }
    }
}
