using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using MySqlConnector;
using StackExchange.Redis;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>What a broker adds that can fail: a consumer that dies or sleeps, a queue that is full, forgets or remembers too much.</summary>
[Trait("Run", "Full")]
public sealed class QueuedTests : IAsyncLifetime
{
    private const int Patience = 3;

    private readonly List<ApiProcess> _replicas = [];
    private readonly ConcurrentDictionary<string, (int User, Answer Answer)> _answers = new();
    private RedisProcess _redis = null!;
    private ConnectionMultiplexer _broker = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _broker = await ConnectionMultiplexer.ConnectAsync($"{_redis.ConnectionString},allowAdmin=true,abortConnect=false");
        _database = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _broker.DisposeAsync();
        await _redis.DisposeAsync();
    }

    public static TheoryData<string> Ends => [.. TestLength.Cases(1, "killed", "stopped")];

    public static TheoryData<string> RedisFaults => [.. TestLength.Cases(1, "killed", "frozen")];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_consumer_that_is_gone_is_replaced_and_nothing_confirmed_is_lost(string how)
    {
        var consumer = await StartAsync();
        var other = await StartAsync();
        var id = await consumer.Client.SetupAsync(1_000_000, "queued");
        (await consumer.Client.BookAsync(id, userId: 999_999)).IsBooked.Should().BeTrue("it consumes from now on");

        using var stop = new CancellationTokenSource();
        var buyers = BuyAsync(other, id, 20, stop.Token);
        await Eventually.HoldsAsync(() => Task.FromResult(Booked() > 100), TimeSpan.FromSeconds(30));
        if (how == "killed")
        {
            consumer.Process.Kill();
        }
        else
        {
            consumer.Process.Terminate();
        }

        await Task.Delay(500);
        var before = Booked();
        await Eventually.HoldsAsync(() => Task.FromResult(Booked() > before + 50), TimeSpan.FromSeconds(10));
        await stop.CancelAsync();
        await buyers;

        _answers.Values.Should().OnlyContain(told => told.Answer.IsBooked || told.Answer.Code == "busy");
        await ShouldAddUpAsync(id, 1_000_000, others: 1);
    }

    [Theory]
    [MemberData(nameof(RedisFaults))]
    public async Task Without_redis_nothing_confirmed_is_lost_and_the_sale_goes_on_when_it_is_back(string how)
    {
        var first = await StartAsync();
        var second = await StartAsync();
        var id = await first.Client.SetupAsync(1_000_000, "queued");

        using var stop = new CancellationTokenSource();
        var buyers = Task.WhenAll(BuyAsync(first, id, 10, stop.Token), BuyAsync(second, id, 10, stop.Token));
        for (var round = 0; round < TestLength.Times(1, 10); round++)
        {
            await ShouldGoOnAsync();
            if (how == "killed")
            {
                await _redis.KillAsync();
                await Task.Delay(500);
                await _redis.RestartAsync();
            }
            else
            {
                _redis.Freeze();
                await Task.Delay(2000);
                _redis.Thaw();
            }
        }

        await ShouldGoOnAsync();
        await stop.CancelAsync();
        await buyers;

        _answers.Values.Should().OnlyContain(told => told.Answer.IsBooked || told.Answer.Code == "busy");
        await ShouldAddUpAsync(id, 1_000_000);

        async Task ShouldGoOnAsync()
        {
            var before = Booked();
            await Eventually.HoldsAsync(() => Task.FromResult(Booked() > before + 50), TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Consumers_that_replace_each_other_all_the_time_sell_exactly_what_there_is()
    {
        var first = await StartAsync();
        var second = await StartAsync();
        using var buyers = new Buyers(100, first.Address, second.Address);
        using var stop = new CancellationTokenSource();
        var thief = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await foreach (var lease in _broker.GetServers()[0].KeysAsync(pattern: "ticketing:lock:consumer:*"))
                {
                    await _broker.GetDatabase().KeyDeleteAsync(lease);
                }

                await ExecuteAsync($"UPDATE events SET consumer = {Random.Shared.Next()}"); // as another one would that has the lease
                await Task.Delay(20);
            }
        });

        for (var round = 0; round < TestLength.Times(2, 20); round++)
        {
            var id = await first.Client.SetupAsync(20, "queued");
            var answers = await Task.WhenAll(Enumerable.Range(1, 100).Select(user => buyers.BuyAsync(id, user)));
            Ticket.ShouldBeThoseTold(await Ticket.StoredInAsync(_database, id), Ticket.ToldIn(answers));
            answers.Count(answer => answer.IsBooked).Should().Be(20);
            answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "sold_out");
        }

        await stop.CancelAsync();
        await thief;
    }

    [Fact]
    public async Task A_consumer_that_was_replaced_decides_nothing_that_it_has_read()
    {
        var consumer = await StartAsync();
        var sender = await StartAsync();
        var id = await consumer.Client.SetupAsync(10, "queued");
        (await consumer.Client.BookAsync(id, userId: 1)).IsBooked.Should().BeTrue("it consumes from now on");
        (await sender.Client.BookAsync(id, userId: 2)).IsBooked.Should().BeTrue("it knows the consumer from now on");

        // Its batch waits for the row. Meanwhile another consumer takes over, and the sender, which alone could send the order again, is gone.
        await using (var connection = new MySqlConnection(_database))
        {
            await connection.OpenAsync();
            await using var command = new MySqlCommand($"START TRANSACTION; UPDATE events SET consumer = 42 WHERE id = {id}", connection);
            await command.ExecuteNonQueryAsync();
            var lost = sender.Client.BookAsync(id, userId: 3);
            await Eventually.HoldsAsync(
                async () => (long)(await ExecuteAsync("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE '%FOR UPDATE WAIT%' AND ID <> CONNECTION_ID()"))! == 1,
                TimeSpan.FromSeconds(5));
            sender.Process.Kill();
            await lost.Invoking(answer => answer).Should().ThrowAsync<HttpRequestException>();
            command.CommandText = "COMMIT";
            await command.ExecuteNonQueryAsync();
        }

        (await consumer.Client.BookAsync(id, userId: 4)).IsBooked.Should().BeTrue();
        (await Ticket.StoredInAsync(_database, id)).Select(ticket => ticket.UserId).Should().Equal(1, 2, 4);
    }

    [Fact]
    public async Task An_order_that_was_refused_is_not_executed_when_redis_remembers_it()
    {
        var api = await StartAsync();
        var id = await api.Client.SetupAsync(1, "queued");
        var sold = await api.Client.BookAsync(id, userId: 1);
        sold.IsBooked.Should().BeTrue();

        // A snapshot of Redis while the order is in the stream.
        var redis = _broker.GetDatabase();
        RedisKey stream = default;
        byte[]? snapshot;
        Task<Answer> refused;
        await using (await RowLock.TakeAsync(_database, id))
        {
            refused = api.Client.BookAsync(id, userId: 2);
            await Eventually.HoldsAsync(
                async () =>
                {
                    stream = _broker.GetServers()[0].Keys(pattern: "ticketing:orders:*").SingleOrDefault();
                    return stream != default(RedisKey) && await redis.StreamLengthAsync(stream) == 1;
                },
                TimeSpan.FromSeconds(10));
            snapshot = await redis.KeyDumpAsync(stream);
        }

        (await refused).Code.Should().Be("sold_out");
        (await api.Client.CancelAsync(Ticket.In(sold).BookingId)).Status.Should().Be(HttpStatusCode.OK);

        // Redis restarts with it: first under the same consumer, then under a new one.
        foreach (var consumer in (string[])["same", "new"])
        {
            await redis.KeyDeleteAsync(stream);
            await redis.KeyRestoreAsync(stream, snapshot!);
            if (consumer == "new")
            {
                await ExecuteAsync($"UPDATE events SET consumer = 42 WHERE id = {id}");
            }

            var next = await api.Client.BookAsync(id, userId: 3);
            next.IsBooked.Should().BeTrue(next.Text);
            (await Ticket.StoredInAsync(_database, id)).Select(ticket => ticket.UserId).Should().NotContain(2, "that buyer was told that the event is sold out");
            (await api.Client.CancelAsync(Ticket.In(next).BookingId)).Status.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_full_queue_is_busy_at_once_and_late_orders_are_refused()
    {
        const int capacity = 5;
        var api = await StartAsync(("Booking__QueueCapacity", $"{capacity}"));
        var id = await api.Client.SetupAsync(1000, "queued");
        (await api.Client.BookAsync(id, userId: 1)).IsBooked.Should().BeTrue();

        var times = new ConcurrentBag<(TimeSpan Time, string Text)>();
        await using (await RowLock.TakeAsync(_database, id))
        {
            // The first is alone in its batch. The others wait behind it, and for no longer than it.
            await Task.WhenAll(Enumerable.Range(2, 3 * capacity).Select(async user =>
            {
                await Task.Delay(user == 2 ? 0 : 300);
                var clock = Stopwatch.StartNew();
                var answer = await api.Client.BookAsync(id, user);
                answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
                times.Add((clock.Elapsed, answer.Text));
            }));
        }

        times.Count(refused => refused.Text.Contains("already waiting", StringComparison.Ordinal)).Should().Be(2 * capacity);
        times.Where(refused => refused.Text.Contains("already waiting", StringComparison.Ordinal)).Should().OnlyContain(refused => refused.Time < TimeSpan.FromSeconds(1));
        times.Max(refused => refused.Time).Should().BeGreaterThan(TimeSpan.FromSeconds(Patience - 1)).And.BeLessThan(TimeSpan.FromSeconds(Patience + 3));
        await Eventually.HoldsAsync(async () => (await api.Client.BookAsync(id, userId: 1000)).IsBooked, TimeSpan.FromSeconds(10));
        (await Ticket.StoredInAsync(_database, id)).Select(ticket => ticket.UserId).Should().Equal([1, 1000], "nobody is booked who was told 'busy'");
    }

    /// <summary>Each replica has room for its own, and orders that gathered are added together: what does not fit is refused, and the rest is not.</summary>
    [Fact]
    public async Task A_queue_that_other_replicas_fill_refuses_what_does_not_fit()
    {
        const int capacity = 5;
        var replicas = new[] { await StartAsync(("Booking__QueueCapacity", $"{capacity}")), await StartAsync(("Booking__QueueCapacity", $"{capacity}")) };
        var id = await replicas[0].Client.SetupAsync(1000, "queued");
        foreach (var replica in replicas)
        {
            (await replica.Client.BookAsync(id, userId: 1)).IsBooked.Should().BeTrue();
        }

        var refused = new ConcurrentBag<int>();
        Task<Answer>[] orders;
        await using (await RowLock.TakeAsync(_database, id))
        {
            orders = [.. Enumerable.Range(2, 2 * capacity).Select(async user =>
            {
                var answer = await replicas[user % 2].Client.BookAsync(id, user);
                if (answer.Text.Contains("already waiting", StringComparison.Ordinal))
                {
                    refused.Add(user);
                }

                return answer;
            })];
            await Eventually.HoldsAsync(() => Task.FromResult(refused.Count >= capacity), TimeSpan.FromSeconds(Patience - 1));
        }

        (await Task.WhenAll(orders)).Count(answer => answer.IsBooked).Should().Be(capacity, "so many had room, and the row was free in time");
        refused.Should().HaveCount(capacity);
        (await Ticket.StoredInAsync(_database, id)).Select(ticket => ticket.UserId).Should().BeEquivalentTo(
            Enumerable.Range(2, 2 * capacity).Except(refused).Concat([1, 1]), "nobody is booked who was told 'busy'");
    }

    [Fact]
    public async Task Installations_that_share_a_redis_sell_their_own_tickets_and_every_replica_shows_what_it_sold()
    {
        var ours = await StartAsync();
        var replica = await StartAsync();
        _database = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        var theirs = await StartAsync();
        var id = await ours.Client.SetupAsync(10, "queued");
        (await theirs.Client.SetupAsync(20, "queued")).Should().Be(id, "the ids of both are the same");

        (await ours.Client.BookAsync(id, userId: 1)).IsBooked.Should().BeTrue("it consumes from now on");
        await Task.WhenAll(Enumerable.Range(2, 30).Select(user => theirs.Client.BookAsync(id, user)));
        (await replica.Client.StatusAsync(id)).GetProperty("available_tickets").GetInt32().Should().Be(9);
        (await replica.Client.BookAsync(id, userId: 2)).IsBooked.Should().BeTrue();
        (await replica.Client.StatusAsync(id)).GetProperty("available_tickets").GetInt32().Should().Be(8, "its status is in a cache, but it has sold one since");
        (await theirs.Client.StatusAsync(id)).GetProperty("available_tickets").GetInt32().Should().Be(0);
    }

    private async Task<ApiProcess> StartAsync(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = _database,
            ["ConnectionStrings__Redis"] = _redis.ConnectionString,
            ["Booking__PatienceSeconds"] = $"{Patience}",
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        _replicas.Add(await ApiProcess.StartAsync(settings));
        return _replicas[^1];
    }

    private int Booked() => _answers.Values.Count(told => told.Answer.IsBooked);

    /// <summary>Buyers who order one ticket after the other, each with a key and a user of its own, and remember every answer.</summary>
    private Task BuyAsync(ApiProcess replica, int eventId, int buyers, CancellationToken stop) => Task.WhenAll(Enumerable.Range(1, buyers).Select(async buyer =>
    {
        for (var i = 1; !stop.IsCancellationRequested; i++)
        {
            var user = (_replicas.IndexOf(replica) * 10_000_000) + (buyer * 100_000) + i;
            var answer = await replica.Client.BookAsync(eventId, user, key: $"order-{user}");
            _answers[$"order-{user}"] = (user, answer);
            if (!answer.IsBooked)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }));

    private async Task ShouldAddUpAsync(int eventId, int total, int others = 0)
    {
        var stored = await Ticket.StoredInAsync(_database, eventId);
        var told = Ticket.ToldIn(_answers.Values.Select(answer => answer.Answer));
        told.Except(stored).Should().BeEmpty("each confirmed booking is there as it was confirmed");
        stored.Should().HaveCount(told.Count + others, "nobody is booked who was told that he is not");
        ((int)(await ExecuteAsync($"SELECT available_tickets FROM events WHERE id = {eventId}"))!).Should().Be(total - stored.Sum(ticket => ticket.Quantity));
    }

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
