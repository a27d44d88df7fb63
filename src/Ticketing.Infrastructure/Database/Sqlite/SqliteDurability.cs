using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>
/// Makes COMMIT mean "on the disk". In WAL mode readers and the writer do not wait for each other, and <c>synchronous=FULL</c> flushes the log
/// at every commit; the setting belongs to the connection, and the library's default may be less.
/// Source: https://www.sqlite.org/pragma.html#pragma_synchronous
/// </summary>
internal sealed class SqliteDurability : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

    /// <summary>For connections that EF Core does not open.</summary>
    public static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    // The driver has no asynchronous calls: they would run synchronously all the same.
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return Task.CompletedTask;
    }
}
