using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>One API on SQLite, for tests that are about what stands before it.</summary>
public sealed class SingleApi : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ApiProcess _process = null!;

    public Uri Address => _process.Address;

    public async Task InitializeAsync() => _process = await ApiProcess.StartAsync(Settings());

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Another replica, on the same database.</summary>
    public Task<ApiProcess> StartAnotherAsync(int drainSeconds) =>
        ApiProcess.StartAsync(new Dictionary<string, string?>(Settings()) { ["Shutdown__DrainSeconds"] = $"{drainSeconds}" });

    private Dictionary<string, string?> Settings() => new() { ["ConnectionStrings__Ticketing"] = $"Data Source={_folder.File("ticketing.db")}" };
}
