using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using MySqlConnector;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>
/// Clears the pool when a connection is found to be lost: after a restart of the server all of them are, and without this each would fail
/// another request.
/// </summary>
internal sealed class LostConnections : DbCommandInterceptor
{
    public override async Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (command.Connection is MySqlConnection connection && MariaDbErrors.Classify(eventData.Exception) == DatabaseFault.Unavailable)
        {
            await MySqlConnection.ClearPoolAsync(connection, CancellationToken.None);
        }
    }

    /// <summary>Reopens the connection in the same object.</summary>
    public static async Task ReopenAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.CloseAsync();
        await MySqlConnection.ClearPoolAsync(connection, CancellationToken.None);
        await connection.OpenAsync(cancellationToken);
    }
}
