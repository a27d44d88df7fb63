using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>
/// The page as production serves it: files from Nginx with their headers, the API behind the edge under /api/. The browser must have nothing to say against
/// the Content-Security-Policy, nor anything else.
/// </summary>
[Trait("Run", "Full")]
[Collection(SharedBrowser.Name)]
public sealed class FrontDoorTests(Chromium chromium) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ApiProcess _api = null!;
    private HaproxyServer _edge = null!;
    private NginxServer _nginx = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"Data Source={_folder.File("door.db")}" });
        _edge = await HaproxyServer.StartAsync([_api.Address]);
        _nginx = await NginxServer.StartAsync(_edge.NginxAddress, new() { Pages = PutPageTogether() });
    }

    public async Task DisposeAsync()
    {
        await _nginx.DisposeAsync();
        await _edge.DisposeAsync();
        await _api.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_ticket_is_booked_through_the_front_door()
    {
        var visitor = await Visitor.ArriveAsync(chromium.Browser, _nginx.Address, "/", options: null, "/api/status");
        await visitor["#sale-empty [data-reset]"].ClickAsync();
        await Expect(visitor["#remaining"]).ToHaveTextAsync("100");

        await visitor["#book"].ClickAsync();

        await Expect(visitor["#booking-number"]).ToHaveTextAsync("#1");
        await Expect(visitor["#remaining"]).ToHaveTextAsync("99");
        var status = await visitor.Page.APIRequest.GetAsync(new Uri(_nginx.Address, "/api/status?event_id=1").ToString());
        (await status.JsonAsync())!.Value.GetProperty("tickets_sold").GetInt32().Should().Be(1);
        await visitor.Page.Context.CloseAsync();
        visitor.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task An_injected_script_is_blocked_and_reported()
    {
        var visitor = await Visitor.ArriveAsync(chromium.Browser, _nginx.Address, "/", options: null, "/api/status");

        await visitor.Page.EvaluateAsync("document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.slipped = true' }))");

        (await visitor.Page.EvaluateAsync<bool>("window.slipped === true")).Should().BeFalse();
        await Eventually.HoldsAsync(() => Task.FromResult(visitor.Complaints.Count > 0), TimeSpan.FromSeconds(5));
        await visitor.Page.Context.CloseAsync();
        visitor.Complaints.Should().ContainSingle().Which.Should().Contain("Content Security Policy");
    }

    /// <summary>What deploy/Dockerfile puts into the image: the page that was published with the program, and the configuration for this place.</summary>
    private string PutPageTogether()
    {
        var pages = _folder.File("pages");
        var published = Path.Combine(Path.GetDirectoryName(ApiProcess.DefaultProgram)!, "wwwroot");
        Copy(Directory.Exists(published) ? published : Repository.File("src", "Ticketing.Api", "wwwroot"), pages);
        File.Copy(Repository.File("deploy", "nginx", "ui-config.json"), Path.Combine(pages, "ui-config.json"), overwrite: true);
        return pages;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
