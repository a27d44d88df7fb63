using System.Net;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Live;

/// <summary>The check of a running system, <c>deploy/check.sh</c>.</summary>
[Collection(AfterLoad.Name)]
[Trait("Run", "Full")]
public sealed class CheckScriptTests(LoadedSystem system)
{
    private static readonly string _script = Repository.File("deploy", "check.sh");

    [Fact]
    public async Task It_prints_every_metric_of_a_healthy_system()
    {
        var output = await ManagedProcess.RunAsync("bash", _script, system.Replicas[0].Address.ToString().TrimEnd('/'));

        output.Should().EndWith("All checks passed.").And.Contain("5 of 5 sold, 0 held, 0 left, oversold by 0").And.ContainAll(
            "http_requests_total", "http_request_duration_seconds", "backend_cpu_usage_percent", "db_query_duration_seconds", "http_requests_inprogress",
            "tickets_remaining", "backend_memory_usage_bytes", "booking_attempts_total", "db_connection_pool_size", "db_connection_pool_used",
            "db_connection_pool_available", "db_connection_wait_duration_seconds", "db_connection_errors_total", "http_request_queue_depth",
            "http_request_queue_duration_seconds", "worker_utilization_percent", "cache_hits_total", "cache_misses_total", "tickets_oversold");
    }

    [Fact]
    public async Task Its_twin_for_PowerShell_prints_the_same()
    {
        using var folder = new TemporaryFolder();
        await ManagedProcess.RunAsync("dotnet", "tool", "install", "PowerShell", "--version", "7.6.9", "--tool-path", folder.File("tools"));
        var address = system.Replicas[0].Address.ToString().TrimEnd('/');

        var output = await RunAsync(address);
        using var forgetful = new ForgetfulProxy(system.Replicas[0].Client, "db_connection_pool_used");
        var forgotten = await FluentActions.Awaiting(() => RunAsync(forgetful.Address)).Should().ThrowAsync<InvalidOperationException>();

        var bash = await ManagedProcess.RunAsync("bash", _script, address);
        output.Should().EndWith("All checks passed.");
        FirstWords(output).Should().Equal(FirstWords(bash), "both check the same, and print the same metrics and addresses");
        forgotten.WithMessage("*ended with 1*FAILED  db_connection_pool_used is missing*");

        Task<string> RunAsync(string of) => ManagedProcess.RunAsync(Path.Combine(folder.File("tools"), "pwsh"), "-NoProfile", "-File", Repository.File("deploy", "check.ps1"), of);

        static IEnumerable<string> FirstWords(string text) => text.Split(Environment.NewLine).Select(line => line.Split(' ')[0]);
    }

    [Theory]
    [InlineData("db_connection_pool_used")]
    [InlineData("booking_batch_orders_count")]
    public async Task It_says_which_metric_is_missing(string metric)
    {
        using var forgetful = new ForgetfulProxy(system.Replicas[0].Client, metric);

        var run = () => ManagedProcess.RunAsync("bash", _script, forgetful.Address);

        (await run.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"*ended with 1*FAILED  {metric.Replace("_count", "", StringComparison.Ordinal)} is missing*");
    }

    [Fact]
    public async Task It_says_what_to_do_if_nothing_answers()
    {
        var run = () => ManagedProcess.RunAsync("bash", _script, $"http://127.0.0.1:{Ports.Free()}");

        (await run.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*ended with 1*No healthy system at*Start the system, or pass its address*");
    }

    /// <summary>Forwards everything to the API, and removes one metric from its answers.</summary>
    private sealed class ForgetfulProxy : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly HttpClient _api;
        private readonly string _metric;

        public ForgetfulProxy(HttpClient api, string metric)
        {
            (_api, _metric) = (api, metric);
            Address = $"http://127.0.0.1:{Ports.Free()}";
            _listener.Prefixes.Add($"{Address}/");
            _listener.Start();
            _ = ServeAsync();
        }

        public string Address { get; }

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    await AnswerAsync(await _listener.GetContextAsync());
                }
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // Closed.
            }
        }

        private async Task AnswerAsync(HttpListenerContext context)
        {
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.RawUrl);
            if (context.Request.HasEntityBody)
            {
                request.Content = new StreamContent(context.Request.InputStream);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            }

            using var answer = await _api.SendAsync(request);
            var lines = (await answer.Content.ReadAsStringAsync()).Split('\n').Where(line => !line.StartsWith(_metric, StringComparison.Ordinal));
            context.Response.StatusCode = (int)answer.StatusCode;
            await using var writer = new StreamWriter(context.Response.OutputStream);
            await writer.WriteAsync(string.Join('\n', lines));
        }
    }
}
