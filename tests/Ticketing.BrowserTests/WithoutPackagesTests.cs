using Ticketing.BrowserTests.Hosting;
using Ticketing.TestServers;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>Where the program was built without npm there is no Bootstrap, no font and no chart library; the page works all the same.</summary>
public sealed class WithoutPackagesTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task Booking_and_the_race_work_without_npm_packages()
    {
        var program = CopyProgramWithoutPackages();
        var api = await StartServerAsync(SettingsOf(), program);
        await SetupAsync(api, 100);
        var visitor = await VisitAsync(api, mayFail: ["/lib/", "/book"]);
        await visitor["#book"].ClickAsync();
        await Expect(visitor["#booking-number"]).ToHaveTextAsync("#1");
        await visitor.ScreenshotAsync("without-packages-sale");

        await visitor["nav a[href='#race']"].ClickAsync();
        await visitor["#race-tickets"].FillAsync("20");
        await visitor["#race-buyers"].FillAsync("30");
        await visitor["#run"].ClickAsync();
        await Expect(visitor["#verdict h2"]).ToBeVisibleAsync();
        await Expect(visitor["#chart polyline"]).ToHaveCountAsync(2);
        await visitor.ScreenshotAsync("without-packages-race");
    }

    private string CopyProgramWithoutPackages()
    {
        var source = Path.GetDirectoryName(ApiProcess.DefaultProgram)!;
        var target = Folder.File("program");
        var packages = Path.Combine("wwwroot", "lib");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(source, file);
            if (!name.StartsWith(packages, StringComparison.Ordinal))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, name))!);
                File.Copy(file, Path.Combine(target, name));
            }
        }

        return Path.Combine(target, Path.GetFileName(ApiProcess.DefaultProgram));
    }
}
