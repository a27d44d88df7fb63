using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Ticketing.TestServers;

/// <summary>
/// The project's own edge on a private HAProxy: only its ports and the addresses of the replicas, which it asks a name server for in production, are
/// replaced by what this machine has.
/// </summary>
public sealed partial class HaproxyServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Ports.Free();
    private readonly int _nginxPort = Ports.Free();
    private readonly int _metricsPort = Ports.Free();
    private readonly int _runtimePort = Ports.Free();
    private ManagedProcess? _server;

    private HaproxyServer()
    {
    }

    /// <summary>Where it takes requests.</summary>
    public Uri Address => Local(_port);

    /// <summary>Where it takes what Nginx passes on.</summary>
    public Uri NginxAddress => Local(_nginxPort);

    /// <summary>Where Prometheus reads its metrics.</summary>
    public Uri MetricsAddress => Local(_metricsPort);

    public ManagedProcess Process => _server!;

    /// <param name="replicas">Where the API listens, or may listen later.</param>
    /// <param name="change">Changes the shipped configuration, to see what a line of it is there for.</param>
    /// <param name="limits">What one address may send, as environment variables; left out, an address has no limit.</param>
    public static async Task<HaproxyServer> StartAsync(
        IEnumerable<Uri> replicas, Func<string, string>? change = null, IReadOnlyDictionary<string, string?>? limits = null)
    {
        var edge = new HaproxyServer();
        try
        {
            edge.Configure(replicas, change ?? (text => text));
            await edge.StartAsync(limits ?? new Dictionary<string, string?> { ["ADDRESS_QUOTA"] = "0" });
            return edge;
        }
        catch
        {
            await edge.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets HAProxy check the shipped configuration as it is, and returns all that it says about it.</summary>
    public static async Task<string> CheckAsync()
    {
        await using var check = ManagedProcess.Start(Program, ["-c", "-f", Shipped], new Dictionary<string, string?> { ["BACKEND_HOST"] = "backend" });
        await check.WaitForExitAsync(TimeSpan.FromSeconds(20));
        return check.Output;
    }

    /// <summary>Speaks to the runtime API.</summary>
    public async Task<string> CommandAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _runtimePort);
        await using var stream = client.GetStream();
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        await writer.WriteLineAsync(command);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Adds a place to the replicas, or takes it out, as a name server does in production.</summary>
    /// <param name="place">The place, in the order in which the replicas were given, from 0.</param>
    /// <param name="isListed">Whether the name server lists it.</param>
    public async Task ListAsync(int place, bool isListed)
    {
        foreach (var backend in (string[])["replicas", "unready"])
        {
            var answer = await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"set server {backend}/replica{place + 1} state {(isListed ? "ready" : "maint")}"));
            if (!string.IsNullOrWhiteSpace(answer))
            {
                throw new InvalidOperationException(answer);
            }
        }
    }

    /// <summary>The replicas that its health checks take for ready, in the order in which they were given.</summary>
    public async Task<IReadOnlyList<bool>> ReadyAsync()
    {
        var lines = (await CommandAsync("show stat replicas 4 -1")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var status = Array.IndexOf(lines[0].Split(','), "status");
        return [.. lines.Skip(1).Select(line => line.Split(',')[status] == "UP")];
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static string Program => ManagedProcess.Find("haproxy") ?? throw new InvalidOperationException("haproxy is not installed: apt-get install haproxy");

    private static string Shipped => Repository.File("deploy", "edge", "haproxy.cfg");

    private static Uri Local(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    private async Task StartAsync(IReadOnlyDictionary<string, string?> limits)
    {
        _server = ManagedProcess.Start(Program, ["-db", "-f", _folder.File("haproxy.cfg")], limits);
        await _server.AnswersAsync(new Uri(MetricsAddress, "/healthz"), "haproxy");
    }

    private void Configure(IEnumerable<Uri> replicas, Func<string, string> change)
    {
        var servers = string.Concat(replicas.Select((replica, index) =>
            string.Create(CultureInfo.InvariantCulture, $"    server replica{index + 1} {replica.Host}:{replica.Port}\n")));
        var text = File.ReadAllText(Shipped);
        text = Replace(text, EdgePort(), string.Create(CultureInfo.InvariantCulture, $"bind 127.0.0.1:{_port}"));
        text = Replace(text, NginxPort(), string.Create(CultureInfo.InvariantCulture, $"bind 127.0.0.1:{_nginxPort}"));
        text = Replace(text, MetricsPort(), string.Create(CultureInfo.InvariantCulture, $"bind 127.0.0.1:{_metricsPort}"));
        text = Replace(text, RuntimePort(), string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_runtimePort}"));
        text = Replace(text, Template(), servers, times: 2);
        File.WriteAllText(_folder.File("haproxy.cfg"), change(text));
        foreach (var map in Directory.EnumerateFiles(Repository.File("deploy", "edge"), "*.map"))
        {
            File.Copy(map, _folder.File(Path.GetFileName(map)));
        }
    }

    private static string Replace(string text, Regex place, string replacement, int times = 1) => place.Count(text) == times
        ? place.Replace(text, replacement)
        : throw new InvalidOperationException($"deploy/edge/haproxy.cfg has changed: {place} is expected in it {times} times.");

    [GeneratedRegex(@"bind :8000\b")]
    private static partial Regex EdgePort();

    [GeneratedRegex(@"bind :8001\b")]
    private static partial Regex NginxPort();

    [GeneratedRegex(@"bind :8404\b")]
    private static partial Regex MetricsPort();

    [GeneratedRegex(@"(?<=ipv4@)127\.0\.0\.1:9999")]
    private static partial Regex RuntimePort();

    [GeneratedRegex(@"^ *server-template replica 20 ""\$\{BACKEND_HOST\}:8000"" resolvers names init-addr none\n", RegexOptions.Multiline)]
    private static partial Regex Template();
}
