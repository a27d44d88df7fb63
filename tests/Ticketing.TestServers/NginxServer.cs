using System.Globalization;
using System.Text.RegularExpressions;

namespace Ticketing.TestServers;

/// <summary>
/// The project's own Nginx configuration on a private Nginx: only its port, its folders and the address of the edge are replaced by what this
/// machine has.
/// </summary>
public sealed partial class NginxServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Ports.Free();
    private ManagedProcess? _server;

    private NginxServer()
    {
    }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));

    public ManagedProcess Process => _server!;

    /// <summary>One line of JSON for each request.</summary>
    public string AccessLog => File.ReadAllText(_folder.File("access.log"));

    /// <param name="edge">Where the edge takes what Nginx passes on.</param>
    /// <param name="changes">What else is to differ from the shipped configuration.</param>
    public static async Task<NginxServer> StartAsync(Uri edge, NginxChanges? changes = null)
    {
        var nginx = new NginxServer();
        try
        {
            nginx.Configure(edge, changes ?? new());
            await nginx.StartAsync();
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets Nginx check the configuration, as <c>nginx -t</c> does, and returns all that it says about it.</summary>
    public static async Task<string> CheckAsync()
    {
        await using var nginx = new NginxServer();
        nginx.Configure(new Uri("http://127.0.0.1:8000"), new());
        return await ManagedProcess.RunAsync(Program, [.. nginx.Arguments, "-t"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static string Program => ManagedProcess.Find("nginx") ?? throw new InvalidOperationException("nginx is not installed: apt-get install nginx-light");

    /// <summary>Workers of an Nginx that root has started would run as another user, who may not enter our folder.</summary>
    private static string User => Environment.UserName == "root" ? "user root; " : "";

    private IEnumerable<string> Arguments => ["-p", _folder.Path, "-c", _folder.File("nginx.conf"), "-g", $"{User}daemon off;"];

    private async Task StartAsync()
    {
        _server = ManagedProcess.Start(Program, Arguments);
        await _server.AnswersAsync(new Uri(Address, "/healthz"), "nginx");
    }

    private void Configure(Uri edge, NginxChanges changes)
    {
        Directory.CreateDirectory(_folder.File("includes"));
        foreach (var include in Directory.EnumerateFiles(Shipped("includes")))
        {
            File.Copy(include, Path.Combine(_folder.File("includes"), Path.GetFileName(include)));
        }

        Copy("nginx.conf", ("/tmp/", _folder.Path + "/"), ("/dev/stdout", _folder.File("access.log")));
        Copy("site.conf",
            ("listen 8080;", string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{_port};")),
            ("/usr/share/nginx/html", changes.Pages ?? _folder.Path));
        Render("limits.conf", text => text
            .Replace("${SET_REAL_IP_FROM}", string.Concat(changes.TrustedProxies.Select(proxy => $"set_real_ip_from {proxy}; ")), StringComparison.Ordinal)
            .Replace("${TRUSTED_NETWORKS}", string.Concat(changes.TrustedProxies.Select(proxy => $"{proxy} 1; ")), StringComparison.Ordinal)
            .Replace("${STRICT_TRANSPORT_SECURITY}", "max-age=31536000", StringComparison.Ordinal)
            .Replace("${CONNECTIONS_PER_ADDRESS}", changes.ConnectionsPerAddress.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Render("log.conf", text => text
            .Replace("${LOG_PER_SECOND}", changes.LogPerSecond.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("${LOG_SAMPLE}", changes.LogSample, StringComparison.Ordinal));

        // `resolve` needs Nginx 1.27.3, and a name server.
        Render("upstream.conf", text => ServerLine().Replace(
            ResolverLine().Replace(text, ""), string.Create(CultureInfo.InvariantCulture, $"    server {edge.Host}:{edge.Port} $1;")));
    }

    private void Copy(string name, params (string Old, string New)[] replacements)
    {
        var text = File.ReadAllText(Shipped(name));
        foreach (var (old, replacement) in replacements)
        {
            text = text.Contains(old, StringComparison.Ordinal)
                ? text.Replace(old, replacement, StringComparison.Ordinal)
                : throw new InvalidOperationException($"deploy/nginx/{name} does not have '{old}' any more.");
        }

        File.WriteAllText(_folder.File(name), text);
    }

    private void Render(string name, Func<string, string> render)
    {
        var text = render(File.ReadAllText(Shipped(Path.Combine("templates", name + ".template"))));
        File.WriteAllText(_folder.File(name), text.Contains("${", StringComparison.Ordinal)
            ? throw new InvalidOperationException($"deploy/nginx/templates/{name}.template has a variable that nobody sets:{Environment.NewLine}{text}")
            : text);
    }

    private static string Shipped(string name) => Repository.File("deploy", "nginx", name);

    [GeneratedRegex(@"^resolver .*$", RegexOptions.Multiline)]
    private static partial Regex ResolverLine();

    [GeneratedRegex(@"^ *server \$\{EDGE_HOST\}:8001 resolve (.*);$", RegexOptions.Multiline)]
    private static partial Regex ServerLine();
}

/// <summary>What may differ from the shipped configuration, besides what has to.</summary>
public sealed record NginxChanges
{
    /// <summary>The folder with the page; left out, one without.</summary>
    public string? Pages { get; init; }

    /// <summary>The networks of proxies that say in X-Forwarded-For whom they speak for.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>How many connections, or requests of HTTP/2, one address may hold.</summary>
    public int ConnectionsPerAddress { get; init; } = 10_000;

    /// <summary>Up to how many requests a second each is logged.</summary>
    public int LogPerSecond { get; init; } = 100;

    /// <summary>How much of what is above is logged.</summary>
    public string LogSample { get; init; } = "1%";
}
