using System.Globalization;

namespace Ticketing.TestServers;

/// <summary>The API as a process of its own, as it runs in production: to start several, to stop, to kill.</summary>
public sealed class ApiProcess : IAsyncDisposable
{
    private readonly ManagedProcess _process;

    private ApiProcess(ManagedProcess process, Uri address)
    {
        _process = process;
        Address = address;
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { BaseAddress = address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public ManagedProcess Process => _process;

    public string Output => _process.Output;

    /// <summary>Starts it on a free port and waits until it is ready.</summary>
    /// <param name="settings">Settings by their names as environment variables, such as <c>Database__Pooling</c>.</param>
    /// <param name="program">The program's dll; left out, <see cref="DefaultProgram"/>.</param>
    /// <param name="address">Where it listens; left out, a free port.</param>
    public static async Task<ApiProcess> StartAsync(IReadOnlyDictionary<string, string?> settings, string? program = null, Uri? address = null)
    {
        var api = Launch(settings, program, address);
        var deadline = DateTime.UtcNow.AddSeconds(90);
        while (await api.WhyIsItNotReadyAsync() is { } reason)
        {
            if (api._process.HasExited || DateTime.UtcNow > deadline)
            {
                var output = api.Output;
                await api.DisposeAsync();
                throw new InvalidOperationException($"The API did not start, from {deadline.AddSeconds(-90):T} to {DateTime.UtcNow:T}: {reason}{Environment.NewLine}{output}");
            }

            await Task.Delay(50);
        }

        return api;
    }

    /// <summary>Starts it, and does not wait.</summary>
    public static ApiProcess Launch(IReadOnlyDictionary<string, string?> settings, string? program = null, Uri? address = null)
    {
        address ??= new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}"));
        var environment = new Dictionary<string, string?>(settings) { ["ASPNETCORE_URLS"] = address.ToString() };
        environment.TryAdd("WarmUp__Seconds", "0");
        return new(ManagedProcess.Start("dotnet", [program ?? DefaultProgram], environment), address);
    }

    /// <summary>Starts the program in a mode such as <c>--migrate</c>, which ends by itself.</summary>
    public static ManagedProcess Run(IReadOnlyDictionary<string, string?> settings, params IEnumerable<string> arguments) =>
        ManagedProcess.Start("dotnet", [DefaultProgram, .. arguments], settings);

    /// <summary>Creates a key, as an operator does with <c>--create-key</c>.</summary>
    /// <exception cref="InvalidOperationException">None was created; the message says why.</exception>
    public static async Task<string> CreateKeyAsync(IReadOnlyDictionary<string, string?> settings, string role, string? program = null)
    {
        await using var creation = ManagedProcess.Start("dotnet", [program ?? DefaultProgram, "--create-key", role], settings);
        await creation.WaitForExitAsync(TimeSpan.FromMinutes(1));
        return creation.ExitCode == 0 ? creation.Output.Trim() : throw new InvalidOperationException($"No key was created: {creation.Output}");
    }

    public async Task<bool> IsReadyAsync() => await WhyIsItNotReadyAsync() is null;

    /// <summary>What is wrong; null if it is ready.</summary>
    private async Task<string?> WhyIsItNotReadyAsync()
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode ? null : await answer.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Asks it to stop, as an orchestrator does, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        _process.Terminate();
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>The one that <c>TICKETING_TEST_PROGRAM</c> names, as <c>test.sh</c> does with what it has published; else the one that was built with the tests.</summary>
    public static string DefaultProgram { get; } = Environment.GetEnvironmentVariable("TICKETING_TEST_PROGRAM") ?? BuiltProgram;

    private static string BuiltProgram
    {
        get
        {
            // …/tests/<project>/bin/<configuration>/net10.0/
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            return Repository.File("src", "Ticketing.Api", "bin", configuration, "net10.0", "Ticketing.Api.dll");
        }
    }
}
