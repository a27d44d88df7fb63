using Ticketing.TestServers;

namespace Ticketing.ContainerTests;

/// <summary>The database servers of <c>deploy/galera.yml</c>, and HAProxy before them, without the rest of the stack.</summary>
[Trait("Run", "Full")]
public sealed class ClusterTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Project = "ticketing-cluster-test";

    private static readonly string[] _nodes = ["mariadb", "mariadb-2", "mariadb-3"];
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "docker-compose.yml", "galera.yml" })
        {
            await File.WriteAllTextAsync(_folder.File(name), ComposeCopy.Of(await File.ReadAllTextAsync(Repository.File("deploy", name)), Project));
        }
    }

    public async Task DisposeAsync()
    {
        if (Docker.WhyMissing is null && !Docker.IsComposeVersion1)
        {
            await RemoveAsync();
        }

        _folder.Dispose();
    }

    [LongCompose2Fact]
    public async Task A_cluster_goes_on_without_the_node_that_is_written_to_and_after_all_were_killed_or_stopped()
    {
        await RemoveAsync();
        await ComposeAsync(["up", "--detach", .. _nodes, "database"]);
        await CompleteAsync();
        await WriteAsync("CREATE TABLE IF NOT EXISTS written (id INT PRIMARY KEY)");
        var writer = await WriteAsync("INSERT IGNORE INTO written VALUES (1)");

        await Docker.RunAsync("kill", Container(writer));
        (await WriteAsync("INSERT IGNORE INTO written VALUES (2)")).Should().NotBe(writer);
        await Docker.RunAsync("start", Container(writer));
        await CompleteAsync();
        (await LogAsync(writer)).Should().Contain("IST received", "it needs no more than what it has missed");

        string[] containers = [.. _nodes.Select(Container)];
        await Docker.RunAsync(["kill", .. containers]);
        await Docker.RunAsync(["start", .. containers]);
        await CompleteAsync();
        await WriteAsync("INSERT IGNORE INTO written VALUES (3)");

        await Task.WhenAll(containers.Select(container => Docker.RunAsync("stop", container)));
        await Docker.RunAsync(["start", .. containers]);
        await CompleteAsync();
        await WriteAsync("INSERT IGNORE INTO written VALUES (4)");

        foreach (var node in _nodes)
        {
            (await AskAsync(node, node, "SELECT COUNT(*) FROM written")).Should().Be("4", node);
        }
    }

    private static string Container(string node) => $"{Project}-{node}";

    private static async Task<string> LogAsync(string node) => await Docker.RunAsync(["sh", "-c", $"docker logs {Container(node)} 2>&1"], new Dictionary<string, string>());

    /// <summary>What a server says to a node.</summary>
    private static async Task<string> AskAsync(string node, string server, string sql) => (await Docker.RunAsync(
        "exec", Container(node), "timeout", "10", "mariadb", "--no-defaults", "--skip-ssl", $"--host={server}", "--user=ticket_user", "--password=only-to-try-it-out", "--connect-timeout=3",
        "--batch", "--skip-column-names", $"--execute={sql}", "ticket_booking")).Trim();

    /// <summary>Writes through the proxy, as soon as it can be.</summary>
    /// <returns>The node that has taken it.</returns>
    private async Task<string> WriteAsync(string sql)
    {
        var answer = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var node in _nodes)
                {
                    try
                    {
                        answer = await AskAsync(node, "database", $"{sql}; SELECT @@hostname");
                        return true;
                    }
                    catch (InvalidOperationException e)
                    {
                        answer = e.Message; // the node or the way to it is lost
                    }
                }

                return false;
            },
            _patience,
            () => answer);
        output.WriteLine($"{sql}: {answer}");
        return answer;
    }

    /// <summary>Waits until every node has all data.</summary>
    private static async Task CompleteAsync()
    {
        foreach (var node in _nodes)
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    try
                    {
                        await Docker.RunAsync("exec", Container(node), "bash", "/galera/synced.sh");
                        return true;
                    }
                    catch (InvalidOperationException)
                    {
                        return false;
                    }
                },
                _patience);
        }
    }

    private Task<string> ComposeAsync(params string[] arguments) => Docker.RunAsync(
        [
            .. Docker.Compose, "--project-name", Project, "--project-directory", Repository.File("deploy"),
            "--file", _folder.File("docker-compose.yml"), "--file", _folder.File("galera.yml"), .. arguments,
        ],
        new Dictionary<string, string>());

    private Task<string> RemoveAsync() => ComposeAsync("down", "--volumes", "--remove-orphans", "--timeout", "60");
}

/// <summary>A test for <c>./test.sh --long</c> that needs version 2 of Compose.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongCompose2FactAttribute : FactAttribute
{
    public LongCompose2FactAttribute() => Skip = Compose2FactAttribute.WhyMissing ?? (TestLength.IsLong ? null : "./test.sh --long runs it.");
}
