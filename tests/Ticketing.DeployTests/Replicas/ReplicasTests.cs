using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Replicas;

/// <summary>Replicas are replaced, added, removed and killed during a flash sale.</summary>
[Trait("Run", "Alone")]
[Collection(SharedCluster.Name)]
public sealed class ReplicasTests(Cluster cluster, ITestOutputHelper output) : SaleTests(cluster, output)
{
    [Fact]
    public Task Replacing_every_replica_loses_no_request_and_keeps_nobody_waiting() => RepeatAsync(
        "three replicas restarted one after the other",
        async () =>
        {
            for (var round = 0; round < TestLength.Times(1, 3); round++)
            {
                await Cluster.RestartReplicasAsync();
            }
        },
        crowd =>
        {
            ExpectOnly(crowd, "200");
            crowd.LongestWait.Should().BeLessThan(TimeSpan.FromSeconds(1));
        });

    [Fact]
    public Task Scaling_up_and_down_loses_no_request() => RepeatAsync(
        "from three replicas to five and back",
        async () =>
        {
            await Cluster.ScaleUpAsync();
            await Task.Delay(TimeSpan.FromSeconds(1)); // with all five
            await Cluster.ScaleDownAsync();
        },
        crowd => ExpectOnly(crowd, "200"));

    [Fact]
    public Task A_replica_that_is_killed_loses_no_order_with_a_key_and_no_read() => RepeatAsync(
        "each of three replicas killed once",
        async () =>
        {
            for (var place = 0; place < 3; place++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500));
                await Cluster.KillReplicaAsync(place); // one of them has the orders of this event
                await Cluster.StartAsync([place]);
            }
        },
        crowd =>
        {
            crowd.RepeatableAnswers.Keys.Should().Equal("200");
            ExpectOnly(crowd, "200", "503 outcome_unknown");
        });

    [Fact]
    public async Task A_race_is_found_through_the_edge_whichever_replica_runs_it()
    {
        using var client = new HttpClient { BaseAddress = new Uri(Cluster.Address, "/api/") };
        using var started = await client.PostAsJsonAsync("races", new { buyers = 50 });
        started.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var id = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("race_id").GetInt32();

        var progress = await client.GetStringAsync(new Uri($"races/{id}/progress", UriKind.Relative));

        progress.Should().Contain("\"status\":\"finished\"");
        for (var i = 0; i < 6; i++) // twice as often as there are replicas
        {
            (await client.GetFromJsonAsync<JsonElement>($"races/{id}")).GetProperty("status").GetString().Should().Be("finished");
        }
    }

    /// <summary>A flash sale of one event that does not sell out; half of the orders have a key. A long run repeats it twenty times.</summary>
    private async Task RepeatAsync(string what, Func<Task> meanwhile, Action<Crowd> expect)
    {
        const int tickets = 1_000_000;
        for (var run = 1; run <= TestLength.Times(1, 20); run++)
        {
            var id = await SetupAsync(tickets);
            using var crowd = new Crowd(Cluster.Address, id, visitors: TestLength.Times(20, 50), keyed: 0.5);

            await crowd.RunAsync(meanwhile);

            Report($"{what}, run {run}", crowd);
            expect(crowd);
            await ExpectBooksToAgreeAsync(id, tickets, crowd);
        }
    }
}
