using System.Globalization;
using System.Text.RegularExpressions;
using MySqlConnector;

namespace Ticketing.TestServers;

/// <summary>The project's own HAProxy before a Galera cluster: only its ports, and how names are resolved, are replaced by what this machine has.</summary>
public sealed partial class ClusterProxy : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _metricsPort = Ports.Free();
    private ManagedProcess? _server;

    private ClusterProxy()
    {
    }

    /// <summary>Where it takes connections.</summary>
    public int Port { get; } = Ports.Free();

    /// <summary>Whether there is a node to send connections to.</summary>
    public Uri Ready => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_metricsPort}/ready"));

    /// <summary>What it has logged: which nodes failed their checks, and which came back.</summary>
    public string Output => _server!.Output;

    /// <summary>Starts it, and creates the account by which it asks the nodes how they are.</summary>
    public static async Task<ClusterProxy> StartAsync(GaleraCluster cluster)
    {
        await cluster.Nodes[0].ExecuteAsync(await File.ReadAllTextAsync(Repository.File("deploy", "galera", "health.sql")));
        return await StartAsync([.. cluster.Nodes.Select(node => node.Port)]);
    }

    /// <summary>Starts it before servers of any kind.</summary>
    public static async Task<ClusterProxy> StartAsync(params int[] ports)
    {
        var proxy = new ClusterProxy();
        try
        {
            var text = await File.ReadAllTextAsync(Repository.File("deploy", "galera", "haproxy.cfg"));
            text = DatabasePort().Replace(text, string.Create(CultureInfo.InvariantCulture, $"bind 127.0.0.1:{proxy.Port}"));
            text = MetricsPort().Replace(text, string.Create(CultureInfo.InvariantCulture, $"bind 127.0.0.1:{proxy._metricsPort}"));
            await File.WriteAllTextAsync(proxy._folder.File("haproxy.cfg"), text.Replace(" resolvers names init-addr none", "", StringComparison.Ordinal));
            var nodes = ports.Index().ToDictionary(
                port => string.Create(CultureInfo.InvariantCulture, $"NODE_{port.Index + 1}"), port => (string?)string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port.Item}"));
            proxy._server = ManagedProcess.Start(
                ManagedProcess.Find("haproxy") ?? throw new InvalidOperationException("haproxy is not installed: apt-get install haproxy"),
                ["-db", "-f", proxy._folder.File("haproxy.cfg")],
                nodes);
            await proxy._server.AnswersAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{proxy._metricsPort}/healthz")), "haproxy");
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>The port of the node to which a new connection leads.</summary>
    public async Task<int> PortOfNodeAsync()
    {
        await using var connection = new MySqlConnection(string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={Port};User ID=root;SslMode=None;Pooling=false"));
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT @@port", connection);
        return Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [GeneratedRegex(@"bind :3306\b")]
    private static partial Regex DatabasePort();

    [GeneratedRegex(@"bind :8405\b")]
    private static partial Regex MetricsPort();
}
