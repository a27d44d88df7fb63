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
}
