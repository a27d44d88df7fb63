using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>A database server that hangs, and wakes up long after everybody has gone, sells nothing to those who were told that they have nothing.</summary>
[Trait("Run", "Full")]
public sealed class FrozenServerTests
{
    private const int Patience = 6;
    private const int BuyersPerStrategy = 20;

    private static readonly string[] _strategies = ["naive", "for_update", "row_version", "atomic_update", "distributed_lock", "batched", "queued"];

    [Fact]
    public async Task Every_order_is_answered_in_time_and_none_is_executed_afterwards()
    {
        await using var server = await MariaDbProcess.StartAsync();
        var connectionString = $"{server.ConnectionString};Database=ticketing";
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = connectionString,
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
            ["Booking__PatienceSeconds"] = Patience.ToString(CultureInfo.InvariantCulture),
        });
        var events = new Dictionary<int, string>();
        foreach (var strategy in _strategies)
        {
            events.Add(await api.Client.SetupAsync(1_000_000, strategy), strategy);
        }

        events.Add(await api.Client.SetupAsync(25, "batched"), "batched, sold out"); // its batches end with ROLLBACK

        var reports = new ConcurrentQueue<Report>();
        using var stop = new CancellationTokenSource();
        var buyers = Task.WhenAll(events.Keys.SelectMany(id => Enumerable.Range(1, BuyersPerStrategy).Select(buyer => BuyAsync(id, buyer))));
        await Eventually.HoldsAsync(
            () => Task.FromResult(events.Keys.All(id => reports.Count(report => report.Event == id && report.Answer.IsBooked) >= 20)), TimeSpan.FromSeconds(30));

        server.Freeze();
        var frozenAt = Stopwatch.GetTimestamp();
        await Task.Delay(500); // buyers whose orders were just answered order again
        await stop.CancelAsync();
        await buyers;
        await Task.Delay(TimeSpan.FromSeconds(1));
        server.Thaw();
        await Eventually.HoldsAsync(async () => (await api.Client.BookAsync(events.Keys.First())).IsBooked, TimeSpan.FromSeconds(10));
        await Task.Delay(TimeSpan.FromSeconds(2)); // what the server still has to read

        reports.Select(report => report.Time).Max().Should().BeLessThan(TimeSpan.FromSeconds(Patience + 4), "an order may take 2 s more than its limit where the server hangs, and the rest is for a machine with more to do");
        foreach (var (id, strategy) in events)
        {
            var mine = reports.Where(report => report.Event == id).ToList();
            mine.Where(report => report.SentAt > frozenAt).Select(report => report.Result).Distinct().Should().BeSubsetOf(
                ["booked", "sold_out", "database_unavailable", "outcome_unknown"], "{0} is not busy: its database hangs", strategy);
            mine.Select(report => report.Result).Distinct().Should().BeSubsetOf(["booked", "sold_out", "busy", "database_unavailable", "outcome_unknown"], strategy);
            mine.Should().Contain(report => !report.Answer.IsBooked && report.Result != "sold_out", "{0} had orders under way", strategy);

            var stored = (await ProxiedSale.ReadBookingsAsync(connectionString, id)).Select(booking => booking.User).Where(user => user >= 1_000).ToList();
            stored.Should().OnlyHaveUniqueItems()
                .And.Contain(UsersOf(mine, "booked"), "{0} confirmed these", strategy)
                .And.NotIntersectWith([.. UsersOf(mine, "database_unavailable"), .. UsersOf(mine, "busy")], "{0} said that these were not booked", strategy);
            if (strategy != "naive")
            {
                (await api.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt32()
                    .Should().Be((await ProxiedSale.ReadBookingsAsync(connectionString, id)).Count, strategy);
            }
        }

        async Task BuyAsync(int id, int buyer)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var user = (buyer * 10_000) + i;
                var sentAt = Stopwatch.GetTimestamp();
                var answer = await api.Client.BookAsync(id, user);
                reports.Enqueue(new(id, user, answer, sentAt, Stopwatch.GetElapsedTime(sentAt)));
            }
        }
    }

    private static IEnumerable<int> UsersOf(IEnumerable<Report> reports, string result) =>
        reports.Where(report => report.Result == result).Select(report => report.User);

    private sealed record Report(int Event, int User, Answer Answer, long SentAt, TimeSpan Time)
    {
        public string? Result => Answer.IsBooked ? "booked" : Answer.Code;
    }
}
