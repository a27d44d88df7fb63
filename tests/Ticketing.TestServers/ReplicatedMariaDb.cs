using System.Globalization;
using MySqlConnector;

namespace Ticketing.TestServers;

/// <summary>A primary and a replica that follows it, both from <c>mariadbd</c> on this machine, with GTIDs.</summary>
public sealed class ReplicatedMariaDb : IAsyncDisposable
{
    private ReplicatedMariaDb(MariaDbProcess primary, MariaDbProcess replica) => (Primary, Replica) = (primary, replica);

    public MariaDbProcess Primary { get; }

    /// <summary>It can be written to by who may do everything, to tell what is read there from what is read at the primary.</summary>
    public MariaDbProcess Replica { get; }

    public static async Task<ReplicatedMariaDb> StartAsync()
    {
        // An UPDATE carries only the columns that it changes, so it leaves alone what a test has written into the others at the replica.
        var servers = await Task.WhenAll(
            MariaDbProcess.StartAsync("server-id=1", "log-bin=binlog", "binlog-row-image=MINIMAL"), MariaDbProcess.StartAsync("server-id=2", "read-only=ON"));
        var pair = new ReplicatedMariaDb(servers[0], servers[1]);
        try
        {
            await pair.FollowAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Follows the primary from the replica's position on.</summary>
    /// <param name="delaySeconds">How long the replica waits before it replays a transaction.</param>
    public Task FollowAsync(int delaySeconds = 0) => ExecuteAsync(
        Replica,
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            STOP SLAVE;
            CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {Primary.Port}, MASTER_USER = 'root', MASTER_USE_GTID = slave_pos,
                MASTER_CONNECT_RETRY = 1, MASTER_DELAY = {delaySeconds};
            START SLAVE
            """));

    public static async Task ExecuteAsync(MariaDbProcess server, string sql)
    {
        await using var connection = new MySqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
    }
}
