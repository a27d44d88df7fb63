using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>Keys are kept in the database, so a restart of the program changes nothing.</summary>
[Trait("Run", "Full")]
public sealed class RestartTests
{
    [Fact]
    public async Task Keys_are_replayed_across_a_restart()
    {
        var keys = TestLength.Times(60, 1_000);
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
        };

        var run = Guid.NewGuid();
        var events = new int[BookingStrategyNames.All.Count];
        string[] first;
        await using (var api = await ApiProcess.StartAsync(settings))
        {
            for (var i = 0; i < events.Length; i++)
            {
                events[i] = await api.Client.SetupAsync(keys, BookingStrategyNames.All[i]);
            }

            first = await SendAllAsync(api, replayed: false);
            (await api.StopAsync()).Should().Be(0);
        }

        await using (var api = await ApiProcess.StartAsync(settings))
        {
            (await SendAllAsync(api, replayed: true)).Should().Equal(first);
            for (var i = 0; i < events.Length; i++)
            {
                var sold = Enumerable.Range(0, keys).Count(key => key % events.Length == i);
                var status = await api.Client.StatusAsync(events[i]);
                status.GetProperty("bookings").GetInt32().Should().Be(sold, "each key has booked once");
                status.GetProperty("tickets_sold").GetInt32().Should().Be(sold);
            }
        }

        async Task<string[]> SendAllAsync(ApiProcess api, bool replayed)
        {
            using var buyers = new Buyers(50, api.Address);
            var texts = new string[keys];
            await Parallel.ForAsync(0, keys, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
            {
                var answer = await buyers.BuyAsync(events[i % events.Length], userId: i + 1, key: $"{run}-{i}");
                answer.IsBooked.Should().BeTrue(answer.Text);
                answer.IsReplayed.Should().Be(replayed);
                texts[i] = answer.Text;
            });
            return texts;
        }
    }
}
