using System.Globalization;
using System.Net;
using MySqlConnector;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// Connections are lost in the middle of bookings, and at the worst moment, the COMMIT: no confirmed booking is missing, none is there twice.
/// </summary>
[Trait("Run", "Full")]
public sealed class LostConnectionTests(ProxiedSale sale) : IClassFixture<ProxiedSale>
{
    /// <summary>Naive has no COMMIT to be lost at.</summary>
    public static TheoryData<string> StrategiesThatCommit => [.. BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name())];

    [Theory]
    [MemberData(nameof(StrategiesThatCommit))]
    public async Task A_commit_that_never_reached_the_server_is_done_again(string strategy)
    {
        var id = await sale.BeginAsync(10, strategy);

        sale.Proxy.CutBefore();
        var answer = await sale.Api.Client.BookAsync(id, userId: 1, quantity: 2);

        sale.Proxy.Cuts.Should().Be(1, "the connection was cut at COMMIT");
        answer.Status.Should().Be(HttpStatusCode.OK, sale.Api.Output);
        await sale.ShouldHaveAsync(id, answer);
    }

    [Theory]
    [MemberData(nameof(StrategiesThatCommit))]
    public async Task A_commit_whose_answer_was_lost_is_found_and_not_done_twice(string strategy)
    {
        var id = await sale.BeginAsync(10, strategy);

        sale.Proxy.CutAfter();
        var answer = await sale.Api.Client.BookAsync(id, userId: 1, quantity: 2);

        sale.Proxy.Cuts.Should().Be(1, "the connection was cut at COMMIT");
        answer.Status.Should().Be(HttpStatusCode.OK, sale.Api.Output);
        await sale.ShouldHaveAsync(id, answer);
    }

    [Theory]
    [MemberData(nameof(StrategiesThatCommit))]
    public async Task A_database_unavailable_after_commit_gives_outcome_unknown(string strategy)
    {
        var id = await sale.BeginAsync(10, strategy);
        var key = $"key-{Guid.NewGuid()}";

        sale.Proxy.CutAfter(times: 1_000_000, refuseAfterwards: true);
        (await sale.Api.Client.BookAsync(id, userId: 1, quantity: 2, key)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "outcome_unknown");

        // The advice of the problem document: send it again with the same key.
        sale.Proxy.Restore();
        var again = await Eventually.GetAsync(
            () => sale.Api.Client.BookAsync(id, userId: 1, quantity: 2, key), answer => answer.Code != "database_unavailable", TimeSpan.FromSeconds(10));

        again.Status.Should().Be(HttpStatusCode.OK, again.Text);
        again.Headers["Idempotent-Replayed"].Should().Be("true");
        await sale.ShouldHaveAsync(id, again);
    }

    [Fact]
    public async Task A_lost_batch_of_many_orders_is_found_whole()
    {
        var id = await sale.BeginAsync(1000, "batched");
        using var buyers = new Buyers(100, sale.Api.Address);

        // The row is held, so that the orders gather behind the first one.
        Task<Answer>[] orders;
        await using (await sale.LockEventAsync(id))
        {
            orders = [.. Enumerable.Range(1, 100).Select(user => buyers.BuyAsync(id, user, (user % 3) + 1, user % 2 == 0 ? $"{id}-{user}" : null))];
            await Task.Delay(500);
            sale.Proxy.CutAfter(times: 2);
        }

        var answers = await Task.WhenAll(orders);

        sale.Proxy.Cuts.Should().Be(2, "the batch of one and the batch of ninety-nine were both cut at COMMIT");
        answers.Should().OnlyContain(answer => answer.IsBooked);
        await sale.ShouldHaveAsync(id, answers);
    }

    public static TheoryData<string> StrategiesToKillUnder => [.. TestLength.Cases(2, "batched", "for_update", "atomic_update")];

    [Theory]
    [MemberData(nameof(StrategiesToKillUnder))]
    public async Task Connections_killed_again_and_again_lose_nothing_and_book_nothing_twice(string strategy)
    {
        var server = await SharedMariaDb.GetAsync();
        var connectionString = await server.CreateDatabaseAsync();
        var database = new MySqlConnectionStringBuilder(connectionString).Database;
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = connectionString });
        var id = await api.Client.SetupAsync(1_000_000, strategy);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 100 }) { BaseAddress = api.Address };

        var lastsUntil = DateTime.UtcNow.AddSeconds(TestLength.Times(2, 10));
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var kills = 0;
        var killing = KillAsync(server, database, () => Interlocked.Increment(ref kills), stop.Token);
        var confirmed = new List<Answer>();
        var unknown = new List<int>(); // the buyers whose outcome could not be looked up within the patience, because the look-up was killed as well
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async buyer =>
        {
            // Longer on a slow machine, until enough was booked and killed.
            for (var i = 0; !stop.IsCancellationRequested && (DateTime.UtcNow < lastsUntil || confirmed.Count <= 100 || Volatile.Read(ref kills) <= 10); i++)
            {
                var user = (buyer * 1_000_000) + i + 1;
                var answer = await client.BookAsync(id, user);
                lock (confirmed)
                {
                    if (answer.IsBooked)
                    {
                        confirmed.Add(answer);
                    }
                    else if (answer.Code == "outcome_unknown")
                    {
                        unknown.Add(user);
                    }
                    else
                    {
                        answer.Code.Should().BeOneOf("busy", "database_unavailable");
                    }
                }
            }
        }));

        await stop.CancelAsync();
        await killing;
        kills.Should().BeGreaterThan(10, "connections really were killed");
        confirmed.Count.Should().BeGreaterThan(100);
        unknown.Count.Should().BeLessThan(confirmed.Count / 10);
        var stored = await ProxiedSale.ReadBookingsAsync(connectionString, id);
        stored.Should().Contain(confirmed.Select(answer => (answer.Json.GetProperty("booking_id").GetInt64(), answer.Json.GetProperty("user_id").GetInt32())));
        stored.Select(booking => booking.User).Should().OnlyHaveUniqueItems()
            .And.BeSubsetOf(confirmed.Select(answer => answer.Json.GetProperty("user_id").GetInt32()).Concat(unknown), "nobody was told 'not booked' who was");
        var status = await Eventually.GetAsync( // a read may meet a pooled connection that was killed
            () => api.Client.GetAnswerAsync($"/status?event_id={id}"), answer => answer.Code != "database_unavailable", TimeSpan.FromSeconds(10));
        status.Json.GetProperty("available_tickets").GetInt32().Should().Be(1_000_000 - stored.Count);
    }

    private static async Task KillAsync(MariaDbServer server, string database, Action killed, CancellationToken stop)
    {
        await using var connection = new MySqlConnection(server.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            var victims = new List<long>();
            await using (var command = new MySqlCommand(
                $"SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{database}' AND COMMAND <> 'Sleep' ORDER BY RAND() LIMIT 3", connection))
            await using (var reader = await command.ExecuteReaderAsync(CancellationToken.None))
            {
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    victims.Add(reader.GetInt64(0));
                }
            }

            foreach (var victim in victims)
            {
                try
                {
                    await using var kill = new MySqlCommand(string.Create(CultureInfo.InvariantCulture, $"KILL CONNECTION {victim}"), connection);
                    await kill.ExecuteNonQueryAsync(CancellationToken.None);
                    killed();
                }
                catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.NoSuchThread)
                {
                    // It has ended by itself.
                }
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
