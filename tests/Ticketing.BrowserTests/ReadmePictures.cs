using Microsoft.Playwright;
using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>
/// The pictures in the README, made from the running program with its default settings:
/// <c>TICKETING_LONG=1 UPDATE_PICTURES=1 dotnet test tests/Ticketing.BrowserTests --filter ReadmePictures</c> writes them, any other long run only makes them.
/// </summary>
public sealed class ReadmePictures(Chromium chromium) : BrowserTest(chromium)
{
    private const int MaxBytes = 600_000;
    private const int Width = 900;

    private static string Target => Environment.GetEnvironmentVariable("UPDATE_PICTURES") == "1"
        ? Repository.File("src", "Ticketing.Api", "screenshots")
        : Path.Combine(Visitor.Screenshots, "readme");

    [LongFact]
    public async Task Sale_and_race()
    {
        var api = await StartServerAsync();
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
        await Expect(visitor["#run"]).ToBeVisibleAsync();
        var film = new Film(visitor.Page, Folder);
        await film.ShowAsync("#race-strategies", 1500);
        await visitor["#run"].ClickAsync();
        await Expect(visitor["#race-results"]).ToBeVisibleAsync();
        while (!await visitor["#verdict h2"].IsVisibleAsync())
        {
            await film.ShowAsync("#race-results", 150);
        }

        await Expect(visitor[".timeline"]).ToHaveCountAsync(2);
        await film.ShowAsync("#race-results", 4000);
        await film.ShowAsync("#story", 5000);
        while (await visitor["#story-next"].IsEnabledAsync())
        {
            await visitor["#story-next"].ClickAsync();
            await film.ShowAsync(".story-steps-head", 900);
        }

        await film.ShowAsync(".story-steps-head", 4000);
        await film.WriteAsync(Path.Combine(Target, "race.webp"));
        new FileInfo(Path.Combine(Target, "race.webp")).Length.Should().BeLessThan(MaxBytes);
    }

    private static async Task TakeAsync(Visitor visitor, string name, PageScreenshotOptions options)
    {
        options.Path = Path.Combine(Target, name);
        options.Animations = ScreenshotAnimations.Disabled;
        await visitor.Page.ScreenshotAsync(options);
        new FileInfo(options.Path).Length.Should().BeLessThan(MaxBytes);
    }

    /// <summary>An animated picture of what a visitor sees, in the format WebP, which browsers and GitHub show.</summary>
    private sealed class Film(IPage page, TemporaryFolder folder)
    {
        private const int Quality = 60;

        /// <summary>What stands at the top of the page and does not scroll.</summary>
        private const int Header = 80;

        private readonly List<string> _frames = [];

        /// <summary>Adds what is to be seen now, with a part of the page at the top.</summary>
        public async Task ShowAsync(string top, int milliseconds)
        {
            var frame = folder.File($"frame-{_frames.Count / 3}.png");
            var last = _frames.Count > 0 ? await File.ReadAllBytesAsync(_frames[^1]) : [];
            await page.EvaluateAsync($"scrollTo({{ top: document.querySelector('{top}').getBoundingClientRect().top + scrollY - {Header}, behavior: 'instant' }})");
            var now = await page.ScreenshotAsync(new() { Path = frame, Animations = ScreenshotAnimations.Disabled });
            if (!now.AsSpan().SequenceEqual(last)) // nobody wants to watch how nothing happens
            {
                _frames.AddRange(["-d", $"{milliseconds}", frame]);
            }
        }

        public async Task WriteAsync(string file) => await ManagedProcess.RunAsync(
            ManagedProcess.Find("img2webp") ?? throw new InvalidOperationException("img2webp is not installed: apt-get install webp"),
            ["-loop", "0", "-lossy", "-q", $"{Quality}", "-m", "6", .. _frames, "-o", file]);
    }
}
