using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ticketing.TestServers;

/// <summary>
/// A private Prometheus that runs the repository's own configuration, rules and runbooks. Only the targets are others, and time runs faster:
/// every interval, window and <c>for</c> is divided by the same number, so that what takes five minutes is seen in half a one.
/// </summary>
public sealed partial class PrometheusServer : IAsyncDisposable
{
    public const int TimesFaster = 10;

    /// <summary>The real one is 5 s.</summary>
    public static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(5) / TimesFaster;

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();
    private ManagedProcess? _server;

    private PrometheusServer()
    {
    }

    public Uri Address => _client.BaseAddress!;

    public ManagedProcess Process => _server!;

    /// <summary>Starts it on a free port and waits until it has read every target once.</summary>
    /// <param name="alertmanager">Where Alertmanager listens.</param>
    /// <param name="edge">Where the edge exports its metrics.</param>
    /// <param name="backends">Where the replicas listen.</param>
    public static Task<PrometheusServer> StartAsync(Uri alertmanager, Uri edge, params Uri[] backends) =>
        StartAsync(server => server.LaunchAsync(alertmanager, edge, backends));

    /// <summary>Starts one that only scrapes the replicas, as often as the other does, and knows no rules.</summary>
    /// <param name="backends">Where they listen.</param>
    public static Task<PrometheusServer> ScrapingAsync(params Uri[] backends) => StartAsync(async server =>
    {
        var port = server.ChoosePort();
        Directory.CreateDirectory(server._folder.File("user"));
        await File.WriteAllTextAsync(server._folder.File("prometheus.yml"), string.Create(CultureInfo.InvariantCulture,
            $"global:\n  scrape_interval: {ScrapeInterval.TotalMilliseconds}ms\nscrape_configs:\n  - job_name: ticketing\n    {Targets(backends)}"));
        await server.RunAsync(port, backends.Length);
    });

    /// <summary>Asks a query for a range of time.</summary>
    /// <returns>For each series the seconds since the beginning, and the value; what is no number is left out.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<(double Seconds, double Value)>>> QueryRangeAsync(string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        var answer = await GetAsync(string.Create(CultureInfo.InvariantCulture,
            $"/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={Unix(from)}&end={Unix(to)}&step={step.TotalSeconds}"));
        return
        [
            .. answer.GetProperty("result").EnumerateArray().Select(series => (IReadOnlyList<(double, double)>)
            [
                .. series.GetProperty("values").EnumerateArray().Select(point => (point[0].GetDouble() - Unix(from), ToNumber(point))).Where(point => double.IsFinite(point.Item2)),
            ]).Where(curve => curve.Count > 0),
        ];

        static double Unix(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
    }

    /// <summary>Asks an instant query.</summary>
    /// <param name="query">What to ask.</param>
    /// <param name="at">As of when; left out, now.</param>
    /// <exception cref="InvalidOperationException">It was refused; the message has the query and the reason.</exception>
    public async Task<IReadOnlyList<Series>> QueryAsync(string query, DateTimeOffset? at = null)
    {
        using var form = new FormUrlEncodedContent(
            [new("query", query), new("time", (at ?? DateTimeOffset.UtcNow).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture))]);
        using var response = await _client.PostAsync(new Uri("/api/v1/query", UriKind.Relative), form);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (answer.GetProperty("status").GetString() != "success")
        {
            throw new InvalidOperationException($"{query}: {answer.GetProperty("error").GetString()}");
        }

        var data = answer.GetProperty("data");
        return data.GetProperty("resultType").GetString() == "scalar"
            ? [new(new Dictionary<string, string>(), ToNumber(data.GetProperty("result")))]
            : [.. data.GetProperty("result").EnumerateArray().Select(item => new Series(ToLabels(item.GetProperty("metric")), ToNumber(item.GetProperty("value"))))];
    }

    /// <summary>The values of a label, such as <c>__name__</c>, over the series that match.</summary>
    public async Task<IReadOnlyList<string>> LabelValuesAsync(string label, string match = "{__name__=~\".+\"}")
    {
        var answer = await GetAsync($"/api/v1/label/{label}/values?match[]={Uri.EscapeDataString(match)}");
        return [.. answer.EnumerateArray().Select(value => value.GetString()!)];
    }

    /// <summary>The alerts that are pending or firing.</summary>
    public async Task<IReadOnlyList<RaisedAlert>> AlertsAsync() =>
    [
        .. (await GetAsync("/api/v1/alerts")).GetProperty("alerts").EnumerateArray().Select(alert => new RaisedAlert(
            alert.GetProperty("state").GetString()!, ToLabels(alert.GetProperty("labels")), ToLabels(alert.GetProperty("annotations")))),
    ];

    /// <summary>The <c>data</c> of an answer of the HTTP API.</summary>
    public async Task<JsonElement> GetAsync(string path) =>
        (await _client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative))).GetProperty("data");

    /// <summary>A page that the server serves to people.</summary>
    public Task<string> ReadPageAsync(Uri page) => _client.GetStringAsync(page);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _client.Dispose();
        _folder.Dispose();
    }

    private static async Task<PrometheusServer> StartAsync(Func<PrometheusServer, Task> launch)
    {
        var server = new PrometheusServer();
        try
        {
            await launch(server);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task LaunchAsync(Uri alertmanager, Uri edge, Uri[] backends)
    {
        var port = ChoosePort();
        Directory.CreateDirectory(_folder.File("rules"));
        Directory.CreateDirectory(_folder.File("user"));
        foreach (var file in Directory.GetFiles(Repository.File("deploy", "prometheus", "rules")))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.File("rules"), Path.GetFileName(file)), Faster(await File.ReadAllTextAsync(file)));
        }

        var configuration = Faster(await File.ReadAllTextAsync(Repository.File("deploy", "prometheus", "prometheus.yml")));
        configuration = ReplaceOne(configuration, BackendDiscovery(), Targets(backends));
        configuration = ReplaceOne(configuration, EdgeDiscovery(), Targets([edge]));
        configuration = AlertmanagerDiscovery().Replace(configuration, Targets([alertmanager]));
        await File.WriteAllTextAsync(_folder.File("prometheus.yml"), ReplaceOne(configuration, PrometheusItself(), Address.Authority));
        Directory.CreateSymbolicLink(Path.Combine(_folder.File("user"), "runbooks"), Repository.File("deploy", "runbooks"));

        await RunAsync(port, backends.Length + 3);
    }

    private int ChoosePort()
    {
        var port = Ports.Free();
        _client.BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));
        return port;
    }

    private async Task RunAsync(int port, int targets)
    {
        _server = ManagedProcess.Start(
            ManagedProcess.Find("prometheus") ?? throw new InvalidOperationException("prometheus is not installed: apt-get install prometheus"),
            [
                $"--config.file={_folder.File("prometheus.yml")}",
                $"--storage.tsdb.path={_folder.File("data")}",
                $"--web.listen-address=127.0.0.1:{port}",
                $"--web.external-url={_client.BaseAddress}",
                $"--web.user-assets={_folder.File("user")}",
                $"--rules.alert.resend-delay={60 / TimesFaster}s", // 1 min by default: after three of them without news, an alert is over
            ]);

        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (!await HasReadAsync(targets))
        {
            if (_server.HasExited || DateTime.UtcNow > deadline)
            {
                throw new InvalidOperationException($"prometheus did not start, or cannot read its targets:{Environment.NewLine}{_server.Output}");
            }

            await Task.Delay(100);
        }
    }

    private static string Targets(IEnumerable<Uri> addresses) =>
        $"static_configs: [{{ targets: [{string.Join(", ", addresses.Select(address => $"'{address.Authority}'"))}] }}]\n";

    private async Task<bool> HasReadAsync(int targets)
    {
        try
        {
            return (await QueryAsync("sum(up)")).Any(sample => sample.Value == targets);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            return false;
        }
    }

    /// <summary>Divides the durations in a configuration or a rule by <see cref="TimesFaster"/>.</summary>
    public static string Faster(string text) => Durations().Replace(text, match =>
    {
        var seconds = int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch
        {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            var unit => throw new InvalidOperationException($"{match.Value}: the unit {unit} is new here."),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{match.Groups["before"].Value}{1000 * seconds / TimesFaster}ms{match.Groups["after"].Value}");
    });

    private static string ReplaceOne(string text, Regex place, string replacement) => place.Count(text) == 1
        ? place.Replace(text, replacement)
        : throw new InvalidOperationException($"prometheus.yml has changed: {place} is expected in it once.");

    private static Dictionary<string, string> ToLabels(JsonElement labels) =>
        labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);

    private static double ToNumber(JsonElement timeAndValue) => timeAndValue[1].GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var value => double.Parse(value!, CultureInfo.InvariantCulture),
    };

    /// <summary>Windows in queries, and the settings that are durations.</summary>
    [GeneratedRegex(@"(?<before>\[|\b(?:for|interval|\w+_interval|\w+_wait): )(?<count>\d+)(?<unit>[a-z]+)(?<after>\]?)")]
    private static partial Regex Durations();

    [GeneratedRegex(@"dns_sd_configs:\n {6}- names: \[backend\]\n( {6}.*\n)+")]
    private static partial Regex BackendDiscovery();

    [GeneratedRegex(@"dns_sd_configs:\n {6}- names: \[edge\]\n( {6}.*\n)+")]
    private static partial Regex EdgeDiscovery();

    /// <summary>Twice: whom Prometheus tells, and what it scrapes.</summary>
    [GeneratedRegex(@"dns_sd_configs:\n +- names: \[alertmanager\]\n( +(type|port|refresh_interval): .*\n)+")]
    private static partial Regex AlertmanagerDiscovery();

    [GeneratedRegex(@"(?<=targets: \[)localhost:9090")]
    private static partial Regex PrometheusItself();
}

/// <summary>One series of an answer, at one moment.</summary>
public sealed record Series(IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>An alert that is <c>pending</c> or <c>firing</c>.</summary>
public sealed record RaisedAlert(string State, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    public string Name => Labels["alertname"];

    public bool IsFiring => State == "firing";
}
