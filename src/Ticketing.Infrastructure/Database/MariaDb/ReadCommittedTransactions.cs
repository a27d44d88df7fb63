using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>
/// Keeps transactions at READ COMMITTED, whatever the server's default: a retry must see what others have committed meanwhile.
/// </summary>
/// <remarks>
/// Without a level, the driver sets REPEATABLE READ for the whole session, so a transaction that EF Core begins by itself, for SaveChanges or a migration,
/// would change the level under the next user of a pooled connection.
/// Source: https://mysqlconnector.net/api/mysqlconnector/mysqlconnection/begintransaction/
/// Connections begin with it, see <see cref="NewConnections"/>.
/// </remarks>
internal sealed class ReadCommittedTransactions : DbTransactionInterceptor
{
    public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default) =>
        InterceptionResult<DbTransaction>.SuppressWithResult(await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken));

    /// <summary>Neither this code nor the parts of EF Core that it calls begin a transaction synchronously.</summary>
    public override InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result) =>
        throw new NotSupportedException("Begin transactions asynchronously.");
}
