using System.Collections.Concurrent;
using System.Globalization;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>A replica that hangs while it holds an event's row does not stop the sale of the others.</summary>
[Trait("Run", "Full")]
public sealed class FrozenReplicaTests
{
    private static readonly TimeSpan _recovery = TimeSpan.FromSeconds(15);

    public static TheoryData<string> Strategies => [.. TestLength.Cases(1, "for_update", "queued")];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task The_others_sell_again_within_fifteen_seconds_and_the_books_are_exact(string strategy)
    {
        var server = await SharedMariaDb.GetAsync();
        var connectionString = await server.CreateDatabaseAsync();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = connectionString,
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
        };
        await using var frozen = await ApiProcess.StartAsync(settings);
        await using var other = await ApiProcess.StartAsync(settings);
        var id = await frozen.Client.SetupAsync(1_000_000, strategy);

        using var stop = new CancellationTokenSource();
        var confirmed = new List<Answer>();
        var lost = new ConcurrentBag<int>();
        var buyers = Task.WhenAll(Enumerable.Range(1, 20).Select(BuyAsync));
        await Eventually.HoldsAsync(() => Task.FromResult(confirmed.Count > 50), TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync(
            async () =>
            {
                frozen.Process.Freeze();
                await Task.Delay(100); // what was under way in the server ends
                if (await IsHoldingTheRowAsync())
                {
                    return true;
                }

                frozen.Process.Thaw();
                await Task.Delay(50);
                return false;
            },
            TimeSpan.FromSeconds(30));

        await Eventually.HoldsAsync(async () => (await other.Client.BookAsync(id, userId: 1_000_000)).IsBooked, _recovery);

        await stop.CancelAsync();
        frozen.Process.Thaw();
        await buyers;
        var stored = await ProxiedSale.ReadBookingsAsync(connectionString, id);
        stored.Should().Contain(confirmed.Select(answer => (answer.Json.GetProperty("booking_id").GetInt64(), answer.Json.GetProperty("user_id").GetInt32())));
        stored.Select(booking => booking.User).Should().OnlyHaveUniqueItems().And.BeSubsetOf(
            confirmed.Select(answer => answer.Json.GetProperty("user_id").GetInt32()).Concat(lost).Append(1_000_000), "nobody is booked who was told that he was not");
        Convert.ToInt64(await server.QueryAsync($"SELECT total_tickets - available_tickets FROM {new MySqlConnectionStringBuilder(connectionString).Database}.events"), CultureInfo.InvariantCulture)
            .Should().Be(stored.Count);

        async Task BuyAsync(int buyer)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var user = (buyer * 10_000) + i;
                Answer answer;
                try
                {
                    answer = await frozen.Client.BookAsync(id, user);
                }
                catch (HttpRequestException)
                {
                    lost.Add(user); // to the server, on waking, the client has been silent for too long
                    continue;
                }

                if (answer.IsBooked)
                {
                    lock (confirmed)
                    {
                        confirmed.Add(answer);
                    }
                }
                else if (answer.Code == "outcome_unknown")
                {
                    lost.Add(user); // its COMMIT met a closed connection on waking, and its time to look that up was over
                }
                else
                {
                    answer.Code.Should().BeOneOf("busy", "database_unavailable");
                }
            }
        }

        async Task<bool> IsHoldingTheRowAsync() => Convert.ToInt64(
            await server.QueryAsync(
                $"""
                SELECT COUNT(*) FROM information_schema.INNODB_TRX trx JOIN information_schema.PROCESSLIST session ON session.ID = trx.trx_mysql_thread_id
                WHERE session.DB = '{new MySqlConnectionStringBuilder(connectionString).Database}' AND session.COMMAND = 'Sleep' AND trx.trx_rows_locked > 0
                """),
            CultureInfo.InvariantCulture) > 0;
    }
}
