using MySqlConnector;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>Asks a server for its position, on a connection of its own: readers who use up a pool must not make the replica look stopped.</summary>
/// <param name="connectionString">The server.</param>
/// <param name="question">A statement whose result is one position, or empty if there is none.</param>
internal sealed class PositionSession(string connectionString, string question)
{
    private const int TimeoutSeconds = 1;

    private readonly string _connectionString = new MySqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
    private Task<MySqlConnection>? _opening;

    public async Task<GtidPosition> AskAsync()
    {
        _opening ??= OpenAsync();
        try
        {
            var connection = await _opening.WaitAsync(TimeSpan.FromSeconds(TimeoutSeconds));
            await using var command = new MySqlCommand(question, connection) { CommandTimeout = TimeoutSeconds };
            return GtidPosition.Parse(await command.ExecuteScalarAsync() as string ?? "");
        }
        catch when (_opening.IsCompleted) // otherwise the handshake goes on, and the next call waits for it
        {
            await CloseAsync();
            throw;
        }
    }

    /// <summary>The next call opens another connection.</summary>
    public async Task CloseAsync()
    {
        if (_opening is { IsCompletedSuccessfully: true } opened)
        {
            await (await opened).DisposeAsync();
        }

        _opening = null;
    }

    /// <summary>Not to be cancelled: the driver does not cancel a handshake that hangs.</summary>
    private async Task<MySqlConnection> OpenAsync()
    {
        var connection = new MySqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(CancellationToken.None);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
