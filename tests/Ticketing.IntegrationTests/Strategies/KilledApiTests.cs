using System.Collections.Concurrent;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// The program is killed in the middle of a sale, again and again, as by a power cut. What buyers were told is kept here, outside, and compared
/// with the database after each time: every confirmed booking is there once, and the stock adds up.
/// </summary>
[Trait("Run", "Full")]
public sealed class KilledApiTests
{
    private const int Tickets = 1_000_000;
    private const int Crowd = 40;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Strategies => [.. TestLength.Cases(1, "batched", "atomic_update", "queued")];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task A_program_that_is_killed_under_load_has_booked_what_it_confirmed(string strategy)
    {
        var connectionString = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = connectionString,
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
        };
        var sale = new Sale();
        int? eventId = null;
        for (var kills = 0; ; kills++)
        {
            await using var api = await ApiProcess.StartAsync(settings);
            var id = eventId ??= await api.Client.SetupAsync(Tickets, strategy);
            await sale.RepeatAsync(api.Client, id);
            await ShouldAgreeAsync(sale, connectionString, id);
            if (kills == TestLength.Times(1, 10))
            {
                break;
            }

            var before = sale.Confirmed.Count;
            var crowd = Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => sale.BuyUntilKilledAsync(api.Client, id)));
            await Eventually.HoldsAsync(() => Task.FromResult(sale.Confirmed.Count > before + 100 || crowd.IsCompleted), _patience);
            await Task.Delay(Random.Shared.Next(300));
            api.Process.Kill();
            await crowd;
            await ServerHasNoticedAsync(connectionString);
            await ShouldAgreeAsync(sale, connectionString, id);
        }

        sale.Repeated.Should().BePositive("orders were under way when the program was killed");
    }

    private static async Task ShouldAgreeAsync(Sale sale, string connectionString, int eventId)
    {
        var stored = await ReadAsync(connectionString, eventId);

        var missing = sale.Confirmed.Where(confirmed => !stored.TryGetValue(confirmed.Key, out var booking) || booking != confirmed.Value).ToList();
        missing.Should().BeEmpty("every confirmed booking is there, for its buyer");
        stored.Values.GroupBy(booking => booking.UserId).Where(orders => orders.Count() > 1).Should().BeEmpty("each order has a user of its own, and booked once");
        stored.Where(booking => !sale.Confirmed.ContainsKey(booking.Key)).Select(booking => booking.Value)
            .Should().BeSubsetOf(sale.Unknown, "what no buyer was told of was under way");

        await using var connection = new MySqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"SELECT available_tickets FROM events WHERE id = {eventId}", connection);
        (await command.ExecuteScalarAsync()).Should().Be(Tickets - stored.Values.Sum(booking => booking.Quantity), "the stock adds up");
    }

    /// <summary>A statement that the server had when its client died is carried out to its end. No connection of ours may be in a pool.</summary>
    private static async Task ServerHasNoticedAsync(string connectionString)
    {
        var database = new MySqlConnectionStringBuilder(connectionString).Database;
        var server = await SharedMariaDb.GetAsync();
        await Eventually.HoldsAsync(
            async () => (long)(await server.QueryAsync($"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = '{database}'"))! == 0, _patience);
    }

    private static async Task<Dictionary<long, Order>> ReadAsync(string connectionString, int eventId)
    {
        await using var connection = new MySqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"SELECT id, user_id, quantity, idempotency_key FROM bookings WHERE event_id = {eventId}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new Dictionary<long, Order>();
        while (await reader.ReadAsync())
        {
            stored.Add(reader.GetInt64(0), new(reader.GetInt32(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return stored;
    }

    /// <summary>The orders of one sale, and what became of them as far as the buyers know.</summary>
    private sealed class Sale
    {
        private readonly string _name = Guid.NewGuid().ToString("N");
        private readonly ConcurrentDictionary<Order, bool> _unknown = new();
        private int _orders;

        /// <summary>By the id of the booking.</summary>
        public ConcurrentDictionary<long, Order> Confirmed { get; } = new();

        /// <summary>Orders whose answer was lost.</summary>
        public IReadOnlyCollection<Order> Unknown => [.. _unknown.Keys];

        /// <summary>How many of them were sent again with their key.</summary>
        public int Repeated { get; private set; }

        /// <summary>Sends one order after the other, until the program is gone. Every second one has a key.</summary>
        public async Task BuyUntilKilledAsync(HttpClient client, int eventId)
        {
            while (true)
            {
                var number = Interlocked.Increment(ref _orders);
                var order = new Order(number, 1 + (number % 3), number % 2 == 0 ? $"{_name}-{number}" : null);
                try
                {
                    var answer = await SendAsync(client, eventId, order);
                    (answer.IsBooked || answer.Code == "busy").Should().BeTrue(answer.Text);
                }
                catch (HttpRequestException)
                {
                    _unknown.TryAdd(order, true);
                    return;
                }
            }
        }

        /// <summary>Sends each order with a key again whose answer was lost. Those without one stay unknown.</summary>
        public async Task RepeatAsync(HttpClient client, int eventId)
        {
            foreach (var order in _unknown.Keys.Where(order => order.Key is not null))
            {
                (await SendAsync(client, eventId, order)).IsBooked.Should().BeTrue("a key is good until it has booked");
                _unknown.TryRemove(order, out _);
                Repeated++;
            }
        }

        private async Task<Answer> SendAsync(HttpClient client, int eventId, Order order)
        {
            var answer = await client.BookAsync(eventId, order.UserId, order.Quantity, order.Key);
            if (answer.IsBooked)
            {
                Confirmed.TryAdd(answer.Json.GetProperty("booking_id").GetInt64(), order).Should().BeTrue("a booking belongs to one order");
            }

            return answer;
        }
    }

    /// <summary>One order; each has a user of its own.</summary>
    private sealed record Order(int UserId, int Quantity, string? Key);
}
