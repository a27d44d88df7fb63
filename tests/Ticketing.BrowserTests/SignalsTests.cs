using Ticketing.BrowserTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Ticketing.BrowserTests;

/// <summary>The server's own signals on the page, for those who have no dashboard.</summary>
public sealed class SignalsTests(Chromium chromium, Site site) : BrowserTest(chromium)
{
    private const float Patience = 20_000;

    [Fact]
    public async Task The_signals_show_a_sale_while_it_runs()
    {
        var id = await SetupAsync(site.Api, 40);
        var visitor = await VisitAsync(site.Api, "/#signals");
        await Expect(visitor["[data-signal]"]).ToHaveCountAsync(11);
        await Expect(visitor["[data-signal=memory] .signal-value"]).ToContainTextAsync("MB", new() { Timeout = Patience });

        for (var i = 0; i < 4; i++)
        {
            await BookAsync(site.Api, id, 10);
        }

        await Expect(visitor["[data-signal=tickets] .signal-value"]).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^0 "), new() { Timeout = Patience });
        await Expect(visitor["[data-signal=p95] .signal-value"]).ToContainTextAsync("ms", new() { Timeout = Patience });
        await Expect(visitor["[data-signal=tickets]"]).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("signal-ok"));
        await Expect(visitor["#signals-grafana"]).ToHaveAttributeAsync("href", "http://localhost:3000/d/ticket-booking-metrics");
        await visitor.ShouldFitAPhoneAsync("signals");
    }

    [Fact]
    public async Task A_fault_is_caused_counted_down_and_seen_in_the_signals()
    {
        var api = await StartServerAsync();
        var id = await SetupAsync(api, 100);
        var visitor = await VisitAsync(api, "/#signals");
        await Expect(visitor["#faults button"]).ToHaveCountAsync(3);
        await Expect(visitor["#faults button[data-fault=redis_lost]"]).ToBeDisabledAsync();
        await Expect(visitor["#faults-list"]).ToContainTextAsync("Set ConnectionStrings__Redis.");

        await visitor["#faults button[data-fault=slow_database]"].ClickAsync();
        await Expect(visitor["#faults button[data-fault=slow_database]"]).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^Broken, for [1-6]?[0-9] s more$"));
        await Expect(visitor["#faults button[data-fault=slow_database]"]).ToBeFocusedAsync();
        for (var i = 0; i < 5; i++)
        {
            await BookAsync(api, id);
        }

        await Expect(visitor["[data-signal=p95]"]).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("signal-(ok|warn|bad)"), new() { Timeout = Patience });
        await visitor.ShouldFitAPhoneAsync("signals-fault");
    }

    [Fact]
    public async Task Where_the_metrics_are_not_shown_the_page_says_so()
    {
        var api = await StartServerAsync(("Security__Mode", "Keys"));
        var visitor = (await VisitAsync(api, "/")).MayFail("/metrics", "/status", "/maintenance", "/history", "/faults");
        await visitor["nav a[href='#signals']"].ClickAsync();

        await Expect(visitor["#signals-answer"]).ToContainTextAsync("an admin’s key");
        await Expect(visitor["#signals-grafana"]).ToBeHiddenAsync();
        await Expect(visitor["#faults"]).ToBeHiddenAsync();
    }
}
