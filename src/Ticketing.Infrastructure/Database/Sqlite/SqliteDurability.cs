using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>
/// Makes every COMMIT durable on disk. In WAL mode readers and the writer do not block each other, and <c>synchronous=FULL</c> flushes the log
/// at every commit. The setting belongs to the connection, and the default of the library may be weaker.
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

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => ApplyUnlessReading(connection);

    // The driver's asynchronous methods run synchronously.
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ApplyUnlessReading(connection);
        return Task.CompletedTask;
    }

    /// <summary>EF Core looks for the tables of a migration with a connection that can only read, and the mode of a new file is written into it.</summary>
    private static void ApplyUnlessReading(DbConnection connection)
    {
        if (new SqliteConnectionStringBuilder(connection.ConnectionString).Mode != SqliteOpenMode.ReadOnly)
        {
            Apply(connection);
        }
    }
}
