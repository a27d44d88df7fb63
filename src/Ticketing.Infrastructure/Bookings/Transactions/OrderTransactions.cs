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

    private async Task CommitAsync(DatabaseFacade database)
    {
        deadline.Committing();
        await database.ExecuteSqlRawAsync("COMMIT", CancellationToken.None);
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
                await database.ExecuteSqlRawAsync(Deadline.Rollback, CancellationToken.None);
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

        public async Task CommitAsync()
        {
            await transactions.CommitAsync(database);
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
