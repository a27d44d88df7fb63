using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ticketing.TestServers;

/// <summary>
/// A private Alertmanager that runs the repository's own configuration and start script. Only its intervals are divided by
/// <see cref="PrometheusServer.TimesFaster"/>.
/// </summary>
public sealed class AlertmanagerServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Ports.Free();
    private readonly HttpClient _client = new();
    private ManagedProcess? _server;

    private AlertmanagerServer() => _client.BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));

    public Uri Address => _client.BaseAddress!;

    /// <param name="receivers">Who is told, in the settings of <c>start.sh</c>.</param>
    public static async Task<AlertmanagerServer> StartAsync(IReadOnlyDictionary<string, string?> receivers)
    {
        var alertmanager = new AlertmanagerServer();
        try
        {
            await alertmanager.LaunchAsync(receivers);
            return alertmanager;
        }
        catch
        {
            await alertmanager.DisposeAsync();
            throw;
        }
    }

    /// <summary>The alerts that it has and holds back, because another one says it all.</summary>
    public async Task<IReadOnlyList<string>> InhibitedAsync() =>
    [
        .. (await _client.GetFromJsonAsync<JsonElement>(new Uri("/api/v2/alerts", UriKind.Relative))).EnumerateArray()
            .Where(alert => alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() > 0)
            .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!),
    ];

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _client.Dispose();
        _folder.Dispose();
    }

    private async Task LaunchAsync(IReadOnlyDictionary<string, string?> receivers)
    {
        await File.WriteAllTextAsync(_folder.File("alertmanager.yml"), PrometheusServer.Faster(await File.ReadAllTextAsync(Repository.File("deploy", "alertmanager", "alertmanager.yml"))));
        File.Copy(Repository.File("deploy", "alertmanager", "start.sh"), _folder.File("start.sh"));
        var environment = new Dictionary<string, string?>(receivers)
        {
            ["ALERTMANAGER"] = ManagedProcess.Find("prometheus-alertmanager") ?? throw new InvalidOperationException("Alertmanager is not installed: apt-get install prometheus-alertmanager"),
            ["CONFIG"] = _folder.File("rendered.yml"),
        };
        _server = ManagedProcess.Start(
            "/bin/sh",
            [
                _folder.File("start.sh"),
                $"--storage.path={_folder.File("data")}",
                $"--web.listen-address=127.0.0.1:{_port}",
                "--cluster.listen-address=",
            ],
            environment);
        await _server.AnswersAsync(new Uri(Address, "/-/ready"), "Alertmanager");
    }
}
