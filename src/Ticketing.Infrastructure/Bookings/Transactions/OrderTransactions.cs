using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>Begins transactions that end in time.</summary>
/// <remarks>
/// They consist of statements, because statements have a time limit. The driver's own way to begin a transaction has none: an order would wait for as long as
/// the server hangs, and be executed when that wakes up.
/// Source: https://github.com/mysql-net/MySqlConnector/blob/master/src/MySqlConnector/MySqlConnection.cs, BeginTransactionAsync
/// </remarks>
internal sealed class OrderTransactions(IDatabaseErrors errors, Deadline deadline)
{
    private const int RollbackTimeoutSeconds = 2;

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

    private async Task CommitAsync(DatabaseFacade database)
    {
        deadline.Committing();
        await database.ExecuteSqlRawAsync("COMMIT", CancellationToken.None);
    }

    /// <summary>Whatever time is left: a connection must not return to the pool with an open transaction.</summary>
    private async Task RollBackAsync(DatabaseFacade database)
    {
        try
        {
            if (database.GetDbConnection() is { State: ConnectionState.Open } connection)
            {
                await using var rollback = connection.CreateCommand();
                rollback.CommandText = "ROLLBACK";
                rollback.CommandTimeout = RollbackTimeoutSeconds;
                await rollback.ExecuteNonQueryAsync(CancellationToken.None);
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
