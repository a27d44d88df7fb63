using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Files;

/// <summary>
/// The cluster that goes on top of the Compose file: its parts against each other, and against the files that they change. That it runs is for the tests of containers,
/// and what becomes of bookings when a node is lost for those of integration, whose cluster has the same settings.
/// </summary>
[Trait("Run", "Full")]
public sealed partial class GaleraTests : IAsyncLifetime
{
    private static readonly string[] _nodes = ["mariadb", "mariadb-2", "mariadb-3"];
    private static readonly NodeProject _schema = new("tests", "Ticketing.DeployTests", "Files", "compose-schema");

    private JsonElement _base;
    private JsonElement _cluster;

    /// <summary>Fails where a file does not follow the schema.</summary>
    public async Task InitializeAsync()
    {
        _base = await ReadAsync("docker-compose.yml");
        _cluster = await ReadAsync("galera.yml");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Each_node_has_data_of_its_own_and_is_the_server_of_the_stack_without_a_cluster()
    {
        var server = _base.GetProperty("mariadb");

        foreach (var (index, name) in _nodes.Index())
        {
            var node = _cluster.GetProperty(name);
            node.GetProperty("hostname").GetString().Should().Be(name, "start.sh knows the node by it");
            Texts(node, "volumes").Should().ContainSingle(mount => mount.EndsWith(":/var/lib/mysql", StringComparison.Ordinal))
                .Which.Should().Be($"ticket-galera-{index + 1}:/var/lib/mysql", "a start without galera.yml must not write to a node's data");
            Texts(node, "volumes").Should().Contain("./galera/galera.cnf:/etc/mysql/conf.d/galera.cnf:ro").And.Contain("./galera:/galera:ro").And.Contain("ticket-galera:/cluster");
            Texts(node, "entrypoint").Should().Equal("bash", "/galera/start.sh");
            if (index > 0)
            {
                node.GetProperty("image").GetString().Should().Be(server.GetProperty("image").GetString());
                Texts(node, "command").Should().Equal(Texts(server, "command"));
                node.TryGetProperty("environment", out _).Should().BeFalse("it gets its accounts from another node, so it needs no password");
            }
        }

        _cluster.GetProperty("mariadb").TryGetProperty("command", out _).Should().BeFalse("it has that of the single server");
    }

    [Fact]
    public void Every_part_names_the_same_nodes()
    {
        var proxy = _cluster.GetProperty("database").GetProperty("environment");

        Setting("wsrep-cluster-address").Should().Be($"gcomm://{string.Join(',', _nodes)}");
        proxy.EnumerateObject().Select(setting => (setting.Name, setting.Value.GetString()))
            .Should().Equal(_nodes.Select((node, index) => ($"NODE_{index + 1}", (string?)$"{node}:3306")));
        Shipped("haproxy.cfg").Should().Contain("bind :3306\n").And.Contain("bind :8405\n");
        foreach (var name in proxy.EnumerateObject().Select(setting => setting.Name))
        {
            Shipped("haproxy.cfg").Should().Contain($"\"${{{name}}}\"");
        }

        NodesOfScript().Match(Shipped("start.sh")).Groups["names"].Value.Split(' ').Should().Equal(_nodes);
        Shipped("start.sh").Should().Contain("""[ "$HOSTNAME" = mariadb ] &&""", "the first one founds the cluster");
    }

    [Fact]
    public void A_node_is_healthy_and_is_sent_connections_while_it_has_all_data()
    {
        foreach (var name in _nodes)
        {
            Texts(_cluster.GetProperty(name).GetProperty("healthcheck"), "test").Should().Equal("CMD", "bash", "/galera/synced.sh");
        }

        var proxy = Shipped("haproxy.cfg");
        proxy.Should().Contain(Convert.ToHexStringLower("SHOW STATUS LIKE 'wsrep_local_state_comment'"u8)).And.Contain("expect string Synced").And.Contain(Convert.ToHexStringLower("health\0"u8));
        Shipped("synced.sh").Should().Contain("SHOW STATUS LIKE 'wsrep_local_state_comment'").And.Contain("'Synced$'").And.Contain("--user=health ");
        Texts(_cluster.GetProperty("mariadb"), "volumes").Should().Contain("./galera/health.sql:/docker-entrypoint-initdb.d/health.sql:ro");
        proxy.Should().Contain("balance first\n").And.Contain("stick on int(1)\n", "nothing goes back to a node that has returned");
    }

    [Fact]
    public async Task The_proxy_is_ready_when_a_node_has_all_data_and_a_server_outside_a_cluster_is_none()
    {
        await using var server = await MariaDbProcess.StartAsync();
        await using (var connection = new MySqlConnector.MySqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new MySqlConnector.MySqlCommand(Shipped("health.sql"), connection);
            await command.ExecuteNonQueryAsync();
        }

        await using var proxy = await ClusterProxy.StartAsync(server.Port, server.Port, server.Port);
        using var client = new HttpClient();

        await Eventually.HoldsAsync(async () => (await client.GetAsync(proxy.Ready)).StatusCode == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(10));
        await Task.Delay(TimeSpan.FromSeconds(6)); // twelve checks, and it would take ten
        (await client.GetAsync(proxy.Ready)).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public void What_takes_orders_and_what_migrates_goes_through_the_proxy_and_waits_for_it()
    {
        foreach (var name in new[] { "backend", "migrate" })
        {
            var service = _cluster.GetProperty(name);
            service.GetProperty("environment").ToString().Should().Be("""{"DB_HOST":"database"}""");
            service.GetProperty("depends_on").EnumerateObject().Select(dependency => (dependency.Name, dependency.Value.GetProperty("condition").GetString()))
                .Should().Equal(("database", "service_healthy"), ("redis", "service_healthy"));
        }

        var proxy = _cluster.GetProperty("database");
        Texts(proxy, "depends_on").Should().Equal(_nodes);
        Texts(proxy.GetProperty("healthcheck"), "test").Should().Equal("CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8405/ready");
        Shipped("haproxy.cfg").Should().Contain("path /ready } { nbsrv(database) gt 0 }");
    }

    [Fact]
    public void Only_the_proxy_and_the_backups_reach_the_nodes()
    {
        var reach = _cluster.EnumerateObject().Where(service => service.Value.TryGetProperty("networks", out _))
            .ToDictionary(service => service.Name, service => string.Join(' ', Texts(service.Value, "networks")));

        reach.Should().Equal(new Dictionary<string, string>
        {
            ["mariadb"] = "galera-network",
            ["mariadb-2"] = "galera-network",
            ["mariadb-3"] = "galera-network",
            ["database"] = "ticket-network galera-network",
            ["binlog"] = "galera-network",
            ["backup"] = "galera-network",
            ["restore"] = "galera-network",
        });
        _cluster.EnumerateObject().Where(service => service.Value.TryGetProperty("ports", out _)).Should().BeEmpty();
        Overlay().Should().MatchRegex(@"  mariadb:\n(    .*\n)*    networks: !override \[galera-network\]\n", "networks add up otherwise")
            .And.MatchRegex(@"  binlog: &backup\n    networks: !override \[galera-network\]\n");
        foreach (var name in new[] { "binlog", "backup", "restore" })
        {
            _base.GetProperty(name).GetProperty("environment").GetProperty("DB_HOST").GetString()
                .Should().Be("mariadb", "each node has a binlog of its own, so all backups are of one");
        }

        Setting("log-slave-updates").Should().Be("ON", "its binlog has what the others write");
    }

    [Fact]
    public void The_nodes_stop_one_after_the_other_so_that_the_last_can_start_alone()
    {
        Texts(_cluster.GetProperty("mariadb-2"), "depends_on").Should().Equal("mariadb");
        Texts(_cluster.GetProperty("mariadb-3"), "depends_on").Should().Equal("mariadb-2");
        _cluster.EnumerateObject().Where(service => service.Value.TryGetProperty("image", out _) || service.Name == "mariadb")
            .Select(service => service.Value.TryGetProperty("stop_grace_period", out _) || _base.GetProperty(service.Name).TryGetProperty("stop_grace_period", out _))
            .Should().HaveCount(4).And.OnlyContain(hasTime => hasTime, "an engine kills what has no time");
    }

    [Fact]
    public void The_proxy_is_that_of_the_edge_without_rights()
    {
        var proxy = _cluster.GetProperty("database");

        File.ReadAllText(Repository.File("deploy", "Dockerfile")).Should().Contain($"FROM {proxy.GetProperty("image").GetString()} AS edge\n");
        proxy.GetProperty("read_only").GetBoolean().Should().BeTrue();
        Texts(proxy, "cap_drop").Should().Equal("ALL");
        proxy.GetProperty("stop_signal").GetString().Should().Be("SIGUSR1", "SIGTERM cuts off what is under way");
        proxy.GetProperty("stop_grace_period").GetString().Should().Be("40s", "hard-stop-after is shorter");
        Shipped("haproxy.cfg").Should().Contain("hard-stop-after 35s\n");
    }

    [Fact]
    public void Everything_that_is_mounted_is_there()
    {
        var mounts = _cluster.EnumerateObject().Where(service => service.Value.TryGetProperty("volumes", out _)).SelectMany(service => Texts(service.Value, "volumes")).ToList();

        mounts.Should().HaveCountGreaterThan(10);
        foreach (var source in mounts.Select(mount => mount.Split(':')[0]))
        {
            var there = source.StartsWith('.') ? Path.Exists(Repository.File("deploy", source)) : Overlay().Contains($"\n  {source}:\n    name: {source}\n", StringComparison.Ordinal);
            there.Should().BeTrue($"{source} is mounted");
        }
    }

    private static async Task<JsonElement> ReadAsync(string file)
    {
        var output = await _schema.RunAsync("node", "check.js", Repository.File("deploy", file));
        return JsonDocument.Parse(output.Split(Environment.NewLine).Single(line => line.StartsWith('{'))).RootElement.GetProperty("services");
    }

    private static string[] Texts(JsonElement service, string list) => [.. service.GetProperty(list).EnumerateArray().Select(text => text.GetString()!)];

    private static string Overlay() => File.ReadAllText(Repository.File("deploy", "galera.yml"));

    private static string Shipped(string file) => File.ReadAllText(Repository.File("deploy", "galera", file));

    private static string Setting(string name) => Regex.Match(Shipped("galera.cnf"), $"^{name} = (.*)$", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex(@"for node in (?<names>[\w -]+);")]
    private static partial Regex NodesOfScript();
}
