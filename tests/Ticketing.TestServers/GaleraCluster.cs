using System.Globalization;
using MySqlConnector;

namespace Ticketing.TestServers;

/// <summary>A real Galera cluster of three MariaDB servers.</summary>
/// <remarks>
/// The first founds the cluster and stops, and the others begin with its data, so none has to copy another's data when it joins. One that comes back gets what
/// it has missed from another's memory.
/// </remarks>
public sealed class GaleraCluster : IAsyncDisposable
{
    private const int Size = 3;

    private readonly List<GaleraNode> _nodes = [];

    private GaleraCluster()
    {
    }

    public IReadOnlyList<GaleraNode> Nodes => _nodes;

    public static async Task<GaleraCluster> StartAsync()
    {
        var cluster = new GaleraCluster();
        try
        {
            int[] ports = [.. Enumerable.Range(0, Size).Select(_ => Ports.Free())];
            foreach (var port in ports)
            {
                cluster._nodes.Add(await GaleraNode.PrepareAsync(port, ports));
            }

            await cluster._nodes[0].FoundAsync(cluster._nodes.Skip(1));
            await cluster._nodes[0].StartAsync("wsrep-new-cluster");
            await Task.WhenAll(cluster._nodes.Skip(1).Select(node => node.StartAsync()));

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every node is a member that has all of the data.</summary>
    public async Task CompleteAsync()
    {
        foreach (var node in _nodes)
        {
            await Eventually.HoldsAsync(async () => await node.StatusAsync("wsrep_cluster_size") == Size.ToString(CultureInfo.InvariantCulture), TimeSpan.FromSeconds(60));
            await node.SyncedAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
        {
            await node.DisposeAsync();
        }
    }
}

/// <summary>One server of a Galera cluster.</summary>
public sealed class GaleraNode : IAsyncDisposable
{
    private readonly MariaDbProcess _server;

    private GaleraNode(MariaDbProcess server) => _server = server;

    /// <summary>The settings of the shipped cluster. Where its nodes and its files are is different here, and the program must do without the rule about reads.</summary>
    private static Dictionary<string, string> Shipped { get; } = File.ReadLines(Repository.File("deploy", "galera", "galera.cnf"))
        .Select(line => line.Split(" = ", 2))
        .Where(setting => setting.Length == 2 && !setting[0].StartsWith('#') && setting[0] is not ("wsrep-provider" or "wsrep-cluster-address" or "wsrep-sync-wait"))
        .ToDictionary(setting => setting[0], setting => setting[1]);

    private static string? Provider { get; } = new[] { "/usr/lib/libgalera_smm.so", "/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so" }.FirstOrDefault(File.Exists);

    public int Port => _server.Port;

    public string ConnectionString => _server.ConnectionString;

    internal static async Task<GaleraNode> PrepareAsync(int port, IEnumerable<int> ports)
    {
        var options = string.Join(
            ';',
            string.Create(CultureInfo.InvariantCulture, $"base_host=127.0.0.1;base_port={port};gmcast.listen_addr=tcp://127.0.0.1:{port};ist.recv_addr=127.0.0.1:{Ports.Free()}"),
            Shipped["wsrep-provider-options"],
            "gcache.size=64M"); // more than a node misses during a test
        var server = await MariaDbProcess.PrepareAsync(
        [
            .. Shipped.Where(setting => setting.Key != "wsrep-provider-options").Select(setting => $"{setting.Key}={setting.Value}"),
            $"wsrep-provider={Provider ?? throw new InvalidOperationException("Galera is not installed: apt-get install galera-4")}",
            $"wsrep-provider-options={options}",
            $"wsrep-cluster-address=gcomm://{string.Join(',', ports.Select(other => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{other}")))}",
            string.Create(CultureInfo.InvariantCulture, $"wsrep-node-address=127.0.0.1:{port}"),
            string.Create(CultureInfo.InvariantCulture, $"wsrep-sst-receive-address=127.0.0.1:{Ports.Free()}"),
        ]);
        return new(server);
    }

    /// <summary>Founds a cluster, and stops.</summary>
    /// <param name="others">They will belong to it.</param>
    internal async Task FoundAsync(IEnumerable<GaleraNode> others)
    {
        await _server.StartWithAsync("wsrep-new-cluster");
        await SyncedAsync();
        await _server.StopAsync();
        File.Delete(Path.Combine(_server.DataFolder, "galera.cache")); // of its own size already, and empty
        foreach (var other in others)
        {
            Directory.Delete(other._server.DataFolder, recursive: true);
            await ManagedProcess.RunAsync("cp", "-a", _server.DataFolder, other._server.DataFolder);
        }
    }

    internal async Task StartAsync(params string[] more)
    {
        LetNobodyIn(_server.DataFolder);
        await _server.StartWithAsync(more);
        await SyncedAsync();
    }

    /// <summary>Ends it at once, as a power cut does.</summary>
    public Task KillAsync() => _server.KillAsync();

    /// <summary>Stops it in its tracks: connections stay open and nothing answers.</summary>
    public void Freeze() => _server.Freeze();

    /// <summary>Lets it go on.</summary>
    public void Thaw() => _server.Thaw();

    /// <summary>Cuts it off from the other nodes, or joins it with them again. Clients still reach it.</summary>
    public Task IsolateAsync(bool isCutOff) => ExecuteAsync($"SET GLOBAL wsrep_provider_options = 'gmcast.isolate={(isCutOff ? 1 : 0)}'");

    /// <summary>Starts it after it was killed, and waits until it has caught up.</summary>
    public async Task RejoinAsync() => await StartAsync($"wsrep-start-position={await _server.RecoverPositionAsync()}");

    /// <summary>Waits until it is a member of the cluster that has all of its data.</summary>
    public async Task SyncedAsync() => await Eventually.HoldsAsync(IsSyncedAsync, TimeSpan.FromSeconds(60), () => _server.Output);

    /// <summary>Waits until it has applied all that any node has committed by now.</summary>
    public Task CatchUpAsync() => ExecuteAsync("SET SESSION wsrep_sync_wait = 1; SELECT COUNT(*) FROM mysql.wsrep_cluster_members");

    /// <summary>One of the server's status variables.</summary>
    public async Task<string?> StatusAsync(string name)
    {
        await using var connection = await ConnectAsync();
        await using var command = new MySqlCommand($"SHOW GLOBAL STATUS LIKE '{name}'", connection);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? reader.GetString(1) : null;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Where root starts the servers, rsync, with which a node tells another that nothing has to be copied, writes as nobody.</summary>
    private static void LetNobodyIn(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Enter = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(Path.GetDirectoryName(folder)!, Enter);
            File.SetUnixFileMode(folder, Enter | UnixFileMode.OtherWrite);
        }
    }

    private async Task<bool> IsSyncedAsync()
    {
        try
        {
            return await StatusAsync("wsrep_ready") == "ON" && await StatusAsync("wsrep_local_state_comment") == "Synced";
        }
        catch (MySqlException)
        {
            return false; // while it joins, it may hang up
        }
    }

    private async Task<MySqlConnection> ConnectAsync()
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
