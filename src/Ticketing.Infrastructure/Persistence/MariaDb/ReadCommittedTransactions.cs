using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using MySqlConnector;

namespace Ticketing.Infrastructure.Persistence.MariaDb;

/// <summary>
/// Keeps our sessions at READ COMMITTED, whatever the server's default is: a retry must see what others have committed meanwhile.
/// </summary>
/// <remarks>
/// The driver turns "no level given" into REPEATABLE READ, and for the whole session, so the transactions that SaveChanges begins by itself
/// would change the level under the next user of a pooled connection.
/// Source: https://mysqlconnector.net/api/mysqlconnector/mysqlconnection/begintransaction/
/// </remarks>
internal sealed class ReadCommittedTransactions : DbTransactionInterceptor
{
    /// <summary>For new connections; those in the pool keep it.</summary>
    public static async ValueTask OnOpenedAsync(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        if (context.Conditions.HasFlag(MySqlConnectionOpenedConditions.New))
        {
            await using var command = new MySqlCommand("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", context.Connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default) =>
        eventData.IsolationLevel == IsolationLevel.Unspecified && !result.HasResult
            ? InterceptionResult<DbTransaction>.SuppressWithResult(
                await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken))
            : result;

    public override InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result) =>
        eventData.IsolationLevel == IsolationLevel.Unspecified && !result.HasResult
            ? InterceptionResult<DbTransaction>.SuppressWithResult(connection.BeginTransaction(IsolationLevel.ReadCommitted))
            : result;
}
