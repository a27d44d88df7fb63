using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using MySqlConnector;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// Connections are lost in the middle of bookings, and at the worst moment, the COMMIT: no confirmed booking is missing, none is there twice.
/// </summary>
public sealed partial class LostConnectionTests
{
    /// <summary>Naive has no COMMIT to be lost at.</summary>
    public static TheoryData<string> StrategiesThatCommit => [.. BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name())];

    [Theory]
    [MemberData(nameof(StrategiesThatCommit))]
    public async Task A_commit_that_never_reached_the_server_is_done_again(string strategy)
    {
        await using var sale = await ProxiedSale.StartAsync();
        var id = await sale.Api.Client.SetupAsync(10, strategy);

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
        await using var sale = await ProxiedSale.StartAsync();
        var id = await sale.Api.Client.SetupAsync(10, strategy);

        sale.Proxy.CutAfter();
        var answer = await sale.Api.Client.BookAsync(id, userId: 1, quantity: 2);

        sale.Proxy.Cuts.Should().Be(1, "the connection was cut at COMMIT");
        answer.Status.Should().Be(HttpStatusCode.OK, sale.Api.Output);
        await sale.ShouldHaveAsync(id, answer);
    }

    [Theory]
    [MemberData(nameof(StrategiesThatCommit))]
    public async Task A_database_that_is_gone_at_commit_leaves_an_outcome_that_nobody_claims_to_know(string strategy)
    {
        await using var sale = await ProxiedSale.StartAsync();
        var id = await sale.Api.Client.SetupAsync(10, strategy);
        var key = $"key-{Guid.NewGuid()}";

        sale.Proxy.CutAfter(times: 1_000_000, refuseAfterwards: true);
        (await sale.Api.Client.BookAsync(id, userId: 1, quantity: 2, key)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "outcome_unknown");

        // The advice of the problem document: send it again with the same key.
        sale.Proxy.Restore();
        var again = await sale.Api.Client.BookAsync(id, userId: 1, quantity: 2, key);
        for (var deadline = DateTime.UtcNow.AddSeconds(10); again.Code == "database_unavailable" && DateTime.UtcNow < deadline;)
        {
            await Task.Delay(200);
            again = await sale.Api.Client.BookAsync(id, userId: 1, quantity: 2, key);
        }

        again.Status.Should().Be(HttpStatusCode.OK, again.Text);
        again.Headers["Idempotent-Replayed"].Should().Be("true");
        await sale.ShouldHaveAsync(id, again);
    }

    [Fact]
    public async Task A_lost_batch_of_many_orders_is_found_whole()
    {
        await using var sale = await ProxiedSale.StartAsync();
        var id = await sale.Api.Client.SetupAsync(1000, "batched");
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

    [Theory]
    [InlineData("batched")]
    [InlineData("atomic_update")]
    [InlineData("for_update")]
    public async Task Connections_killed_again_and_again_lose_nothing_and_book_nothing_twice(string strategy)
    {
        var server = await SharedMariaDb.GetAsync();
        var connectionString = await server.CreateDatabaseAsync();
        var database = new MySqlConnectionStringBuilder(connectionString).Database;
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = connectionString });
        var id = await api.Client.SetupAsync(1_000_000, strategy);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 100 }) { BaseAddress = api.Address };

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(6));
        var killed = KillAsync(server, database, stop.Token);
        var confirmed = new List<Answer>();
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async buyer =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var answer = await client.BookAsync(id, userId: (buyer * 1_000_000) + i + 1);
                if (answer.IsBooked)
                {
                    lock (confirmed)
                    {
                        confirmed.Add(answer);
                    }
                }
                else
                {
                    answer.Code.Should().BeOneOf("busy", "database_unavailable");
                    Interlocked.Increment(ref refused);
                }
            }
        }));

        (await killed).Should().BeGreaterThan(10, "connections really were killed");
        confirmed.Count.Should().BeGreaterThan(100);
        var stored = await ReadBookingsAsync(connectionString, id);
        stored.Should().BeEquivalentTo(confirmed.Select(answer => answer.Json.GetProperty("booking_id").GetInt64()));
        var status = await api.Client.StatusAsync(id);
        status.GetProperty("available_tickets").GetInt32().Should().Be(1_000_000 - confirmed.Count);
    }

    /// <summary>Neither the "read committed" with which every transaction begins, nor EF Core's "set autocommit".</summary>
    [GeneratedRegex("(?<!auto)commit(?!ted)", RegexOptions.IgnoreCase)]
    private static partial Regex CommitStatement();

    private static async Task<int> KillAsync(MariaDbServer server, string database, CancellationToken stop)
    {
        var killed = 0;
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
                    killed++;
                }
                catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.NoSuchThread)
                {
                    // It has ended by itself.
                }
            }

            await Task.Delay(20, CancellationToken.None);
        }

        return killed;
    }

    private static async Task<List<long>> ReadBookingsAsync(string connectionString, int eventId)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"SELECT id FROM bookings WHERE event_id = {eventId}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<long>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }

    /// <summary>An API whose way to the database leads through a proxy that cuts connections at COMMIT.</summary>
    private sealed class ProxiedSale : IAsyncDisposable
    {
        private readonly string _direct;

        private ProxiedSale(CuttingProxy proxy, ApiProcess api, string direct)
        {
            Proxy = proxy;
            Api = api;
            _direct = direct;
        }

        public CuttingProxy Proxy { get; }

        public ApiProcess Api { get; }

        public static async Task<ProxiedSale> StartAsync()
        {
            var direct = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
            var settings = new MySqlConnectionStringBuilder(direct);
            var proxy = new CuttingProxy(settings.Server, (int)settings.Port, CommitStatement());
            settings.Server = "127.0.0.1";
            settings.Port = (uint)proxy.Port;
            settings.SslMode = MySqlSslMode.Disabled;
            var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
            {
                ["ConnectionStrings__Ticketing"] = settings.ConnectionString,
                ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
            });
            return new(proxy, api, direct);
        }

        public async Task<IAsyncDisposable> LockEventAsync(int eventId)
        {
            var connection = new MySqlConnection(_direct + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new MySqlCommand($"START TRANSACTION; SELECT id FROM events WHERE id = {eventId} FOR UPDATE", connection);
            await command.ExecuteScalarAsync();
            return connection;
        }

        /// <summary>The bookings of the event are exactly those that these answers confirmed.</summary>
        public async Task ShouldHaveAsync(int eventId, params Answer[] answers)
        {
            (await ReadBookingsAsync(_direct, eventId)).Should().BeEquivalentTo(answers.Select(answer => answer.Json.GetProperty("booking_id").GetInt64()));
            var status = await Api.Client.StatusAsync(eventId);
            var sold = answers.Sum(answer => answer.Json.GetProperty("quantity").GetInt32());
            status.GetProperty("tickets_sold").GetInt32().Should().Be(sold);
            status.GetProperty("available_tickets").GetInt32().Should().Be(status.GetProperty("total_tickets").GetInt32() - sold);

            // Each buyer has got his own booking, and not his neighbour's.
            foreach (var answer in answers)
            {
                var mine = (await Api.Client.GetAnswerAsync($"/history?event_id={eventId}&user_id={answer.Json.GetProperty("user_id").GetInt32()}")).Json.GetProperty("items");
                mine.GetArrayLength().Should().Be(1);
                mine[0].GetProperty("booking_id").GetInt64().Should().Be(answer.Json.GetProperty("booking_id").GetInt64());
                mine[0].GetProperty("quantity").GetInt32().Should().Be(answer.Json.GetProperty("quantity").GetInt32());
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Api.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
