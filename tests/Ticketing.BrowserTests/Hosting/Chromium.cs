using Microsoft.Playwright;
using Ticketing.TestServers;

namespace Ticketing.BrowserTests.Hosting;

/// <summary>
/// The one real browser of this test run: Debian's Chromium without a window, which renders with less processor time, or the browser of this machine;
/// nothing is downloaded.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        string[] browsers = ["chromium-headless-shell", "chromium", "google-chrome"];
        var program = browsers.Select(ManagedProcess.Find).FirstOrDefault(found => found is not null)
            ?? throw new InvalidOperationException("These tests need a browser: apt-get install chromium-headless-shell");
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-dev-shm-usage"], // as root, and with the little shared memory of a container
        });
        Assertions.SetDefaultExpectTimeout(15_000);
    }

    public async Task DisposeAsync()
    {
        await Browser.CloseAsync();
        _playwright!.Dispose();
    }
}

/// <summary>A real API on SQLite, which all tests share that do not need one of their own.</summary>
public sealed class Site : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public ApiProcess Api { get; private set; } = null!;

    public async Task InitializeAsync() => Api = await ApiProcess.StartAsync(new Dictionary<string, string?>
    {
        ["ConnectionStrings__Ticketing"] = $"Data Source={_folder.File("site.db")}",
        ["Ui__GrafanaUrl"] = "http://localhost:3000",
    });

    public async Task DisposeAsync()
    {
        await Api.DisposeAsync();
        _folder.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class SharedBrowser : ICollectionFixture<Chromium>, ICollectionFixture<Site>
{
    public const string Name = "browser";
}
