using System.Globalization;
using MySqlConnector;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>Session settings, made once for each new connection; connections in the pool keep them.</summary>
internal sealed class NewConnections(DatabaseOptions options)
{
    /// <summary>
    /// A transaction lasts milliseconds. One without a statement for this long belongs to a process that hangs, and keeps everybody from its event's row:
    /// the server ends its connection. Source: https://mariadb.com/kb/en/idle_transaction_timeout/
    /// </summary>
    private const int IdleTransactionSeconds = 10;

    private readonly string _settings = string.Create(
        CultureInfo.InvariantCulture,
        $"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION innodb_lock_wait_timeout = {options.LockWaitTimeoutSeconds}, idle_transaction_timeout = {IdleTransactionSeconds}");

    public async ValueTask PrepareAsync(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        if (context.Conditions.HasFlag(MySqlConnectionOpenedConditions.New))
        {
            await using var command = new MySqlCommand(_settings, context.Connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
