using System.Collections.Concurrent;
using Microsoft.Playwright;
using Ticketing.TestServers;

namespace Ticketing.BrowserTests.Hosting;

/// <summary>
/// A person in front of the page, with a fresh profile. Whatever the browser complains about is noted: errors and warnings of the console,
/// violations of the Content-Security-Policy, and requests to any other host.
/// </summary>
public sealed class Visitor
{
    private readonly Uri _site;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly HashSet<string> _mayFail = [];

    private Visitor(Uri site, IPage page)
    {
        _site = site;
        Page = page;
    }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Where the pictures of all states are kept; not in the repository.</summary>
    public static string Screenshots => Repository.File("test-results", "screenshots");

    public static async Task<Visitor> ArriveAsync(IBrowser browser, Uri site, string path, BrowserNewContextOptions? options, params string[] mayFail)
    {
        options ??= new() { Locale = "en-US" };
        options.ReducedMotion = ReducedMotion.Reduce; // rendering animations costs more processor time than the rest of a test
        var context = await browser.NewContextAsync(options);
        var visitor = new Visitor(site, await context.NewPageAsync());
        visitor.Listen(context);
        visitor.MayFail("/status"); // 404 as long as no event was ever set up
        visitor.MayFail(mayFail);
        await visitor.GoAsync(path);
        return visitor;
    }

    public ILocator this[string selector] => Page.Locator(selector);

    public Task GoAsync(string path) => Page.GotoAsync(new Uri(_site, path).ToString());

    /// <summary>The browser itself writes to the console about every answer of 400 and above; at these addresses the test means to get some.</summary>
    public Visitor MayFail(params string[] paths)
    {
        _mayFail.UnionWith(paths);
        return this;
    }

    /// <summary>Saves a picture for people to look at, if they want it: rendering it takes longer than most tests.</summary>
    public async Task ScreenshotAsync(string name)
    {
        if (TestLength.IsLong || Environment.GetEnvironmentVariable("TICKETING_PICTURES") == "1")
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, $"{name}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });
        }
    }

    /// <summary>Nothing is wider than the screen of a phone. The pictures are of a desktop and a phone, in light and dark.</summary>
    public async Task ShouldFitAPhoneAsync(string name)
    {
        await ScreenshotAsync(name);
        var desktop = Page.ViewportSize!;
        await Page.SetViewportSizeAsync(360, 740);
        await ScreenshotAsync($"{name}-phone");
        (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(360, name);
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await ScreenshotAsync($"{name}-phone-dark");
        await Page.SetViewportSizeAsync(desktop.Width, desktop.Height);
        await ScreenshotAsync($"{name}-dark");
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }

    private void Listen(IBrowserContext context)
    {
        Page.PageError += (_, error) => _complaints.Enqueue($"exception: {error}");
        Page.Console += (_, line) =>
        {
            if (line.Type is "error" or "warning" && !IsMeant(line))
            {
                _complaints.Enqueue($"{line.Type}: {line.Text} ({line.Location})");
            }
        };
        context.Request += (_, request) =>
        {
            var address = new Uri(request.Url);
            if (address.Scheme is not ("data" or "blob") && address.Authority != _site.Authority)
            {
                _complaints.Enqueue($"request to another host: {request.Url}");
            }
        };
    }

    private bool IsMeant(IConsoleMessage line) =>
        line.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)
        && _mayFail.Any(path => line.Location.StartsWith(new Uri(_site, path).ToString(), StringComparison.Ordinal));
}
