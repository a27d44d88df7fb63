using MySqlConnector;

namespace Ticketing.IntegrationTests.Hosting;

/// <summary>Somebody else who holds an event's row on MariaDB.</summary>
internal static class RowLock
{
    /// <summary>Takes it, until what is returned is disposed of.</summary>
    public static async Task<IAsyncDisposable> TakeAsync(string connectionString, int eventId)
    {
        var connection = new MySqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"START TRANSACTION; SELECT id FROM events WHERE id = {eventId} FOR UPDATE", connection);
        await command.ExecuteScalarAsync();
        return connection;
    }

    /// <summary>How many UPDATEs of a database on the shared server are under way, which means that they wait for whoever holds the row.</summary>
    public static async Task<long> WaitingUpdatesAsync(string connectionString)
    {
        var database = new MySqlConnectionStringBuilder(connectionString).Database;
        var server = await SharedMariaDb.GetAsync();
        return (long)(await server.QueryAsync($"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = '{database}' AND INFO LIKE 'UPDATE%'"))!;
    }
}
