using Microsoft.Playwright;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>
/// The pictures in the README, made from the running program with its default settings:
/// <c>TICKETING_LONG=1 UPDATE_PICTURES=1 dotnet test tests/Ticketing.BrowserTests --filter ReadmePictures</c> writes them, any other long run only makes them.
/// </summary>
public sealed class ReadmePictures(Chromium chromium) : BrowserTest(chromium), IDisposable
{
    private const int MaxBytes = 300_000;
    private const int Width = 900;
    private readonly TemporaryFolder _folder = new();

    private static string Target => Environment.GetEnvironmentVariable("UPDATE_PICTURES") == "1"
        ? Repository.File("src", "Ticketing.Api", "screenshots")
        : Path.Combine(Visitor.Screenshots, "readme");

    public void Dispose() => _folder.Dispose();

    [LongFact]
    public async Task Sale_and_race()
    {
        await using var api = await ApiProcess.StartAsync(
            new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"Data Source={_folder.File("pictures.db")}" });
        await BookAsync(api, await SetupAsync(api, 100, name: "Jazz at Noon"), 10);
        var visitor = await VisitAsync(
            api, options: new() { Locale = "en-US", ViewportSize = new() { Width = Width, Height = 700 } }, mayFail: "/book");

        await visitor["#user-id"].FillAsync("42");
        await visitor["#quantity"].FillAsync("2");
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#remaining"]).ToHaveTextAsync("88");
        await Expect(visitor["#booking-number"]).ToBeVisibleAsync();
        await TakeAsync(visitor, "sale.png", new() { FullPage = true });

        await visitor["nav a[href='#race']"].ClickAsync();
        await visitor["#run"].ClickAsync();
        await Expect(visitor["#verdict h2"]).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(visitor[".timeline"]).ToHaveCountAsync(2);
        var results = (await visitor["#race-results"].BoundingBoxAsync())!;
        await TakeAsync(visitor, "race.png", new()
        {
            FullPage = true,
            Clip = new() { X = 0, Y = await ScrolledAsync(visitor) + results.Y - 16, Width = Width, Height = results.Height + 32 },
        });
    }

    private static Task<float> ScrolledAsync(Visitor visitor) => visitor.Page.EvaluateAsync<float>("scrollY");

    private static async Task TakeAsync(Visitor visitor, string name, PageScreenshotOptions options)
    {
        options.Path = Path.Combine(Target, name);
        options.Animations = ScreenshotAnimations.Disabled;
        await visitor.Page.ScreenshotAsync(options);
        new FileInfo(options.Path).Length.Should().BeLessThan(MaxBytes);
    }
}
