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
        $"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION innodb_lock_wait_timeout = {options.LockWaitSeconds}, idle_transaction_timeout = {IdleTransactionSeconds}, time_zone = '+00:00'");

    /// <summary>For the driver, which calls it when a connection was opened.</summary>
    public async ValueTask PrepareAsync(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        if (context.Conditions.HasFlag(MySqlConnectionOpenedConditions.New))
        {
            await PrepareAsync(context.Connection);
        }
    }

    /// <summary>Not to be cancelled: the pool would keep a session without these settings.</summary>
    public async Task PrepareAsync(MySqlConnection connection)
    {
        await using var command = new MySqlCommand(_settings, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
