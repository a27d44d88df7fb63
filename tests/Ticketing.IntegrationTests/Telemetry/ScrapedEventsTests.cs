using System.Globalization;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Telemetry;

/// <summary>Which events a scrape shows when there are more than it can carry.</summary>
[Trait("Run", "Full")]
public sealed class ScrapedEventsTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task An_old_event_is_shown_while_it_sells_and_as_long_as_it_is_oversold()
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["Booking__NaiveDelayMilliseconds"] = "500",
        };
        int oversold;
        await using (var first = await ApiProcess.StartAsync(settings))
        {
            oversold = await first.Client.SetupAsync(1, "naive");
            (await Task.WhenAll(Enumerable.Range(1, 5).Select(user => first.Client.BookAsync(oversold, user)))).Count(answer => answer.IsBooked).Should().BeGreaterThan(1);
            var silent = await first.Client.SetupAsync(10, "batched");
            var selling = await first.Client.SetupAsync(10, "batched");
            for (var i = 0; i < 60; i++)
            {
                await first.Client.SetupAsync(1, "batched");
            }

            (await first.Client.BookAsync(selling)).IsBooked.Should().BeTrue();
            await Eventually.HoldsAsync(async () => (await RemainingAsync(first, selling)) == 9, _patience);
            (await RemainingAsync(first, silent)).Should().BeNull("sixty newer events came after it, and it has not sold a ticket");
        }

        await using var second = await ApiProcess.StartAsync(settings); // it has not sold anything itself
        await Eventually.HoldsAsync(
            async () => (await Scrape.OfAsync(second.Client)).Find("tickets_oversold", Id(oversold), ("strategy", "naive")) > 0, _patience);
    }

    private static async Task<double?> RemainingAsync(ApiProcess api, int eventId) => (await Scrape.OfAsync(api.Client)).Find("tickets_remaining", Id(eventId));

    private static (string Key, string Value) Id(int eventId) => ("event_id", eventId.ToString(CultureInfo.InvariantCulture));
}
