using System.Globalization;
using MySqlConnector;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>Two API processes on a MariaDB with a replica. One knows the primary only; the other one reads from the replica.</summary>
public sealed class ReplicatedApi : IAsyncLifetime
{
    internal ReplicatedMariaDb Servers { get; private set; } = null!;

    internal ApiProcess Seller { get; private set; } = null!;

    internal ApiProcess Reader { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Servers = await ReplicatedMariaDb.StartAsync();
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = Servers.Primary.ConnectionString + ";Database=ticketing" };
        Seller = await ApiProcess.StartAsync(settings);

        // It may read the two tables, and nothing else.
        await ReplicatedMariaDb.ExecuteAsync(
            Servers.Primary, "CREATE USER reader IDENTIFIED BY 'reader'; GRANT SELECT ON ticketing.events TO reader; GRANT SELECT ON ticketing.bookings TO reader");
        Reader = await ApiProcess.StartAsync(new Dictionary<string, string?>(settings)
        {
            ["ConnectionStrings__TicketingReads"] = string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={Servers.Replica.Port};User ID=reader;Password=reader"),
            ["Cache__EventsSeconds"] = "0",
        });
    }

    public async Task DisposeAsync()
    {
        await Reader.DisposeAsync();
        await Seller.DisposeAsync();
        await Servers.DisposeAsync();
    }

    /// <summary>Changes one row at the replica alone.</summary>
    /// <returns>Whether it is there.</returns>
    internal async Task<bool> ChangeAtReplicaAsync(string update)
    {
        await using var connection = await ConnectToReplicaAsync();
        await using var command = new MySqlCommand(update, connection);
        return await command.ExecuteNonQueryAsync() == 1;
    }

    /// <summary>Locks both tables, until what is returned is disposed of.</summary>
    internal async Task<IAsyncDisposable> LockTablesAtReplicaAsync()
    {
        var connection = await ConnectToReplicaAsync();
        await using var command = new MySqlCommand("LOCK TABLES ticketing.events WRITE, ticketing.bookings WRITE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<MySqlConnection> ConnectToReplicaAsync()
    {
        var connection = new MySqlConnection(Servers.Replica.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
