using System.Diagnostics;
using System.Globalization;
using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>Reads go to a replica of the database as long as it is up to date. A name that is written at the replica alone tells where an answer comes from.</summary>
[Trait("Run", "Full")]
public sealed class ReadReplicaTests(ReplicatedApi system) : IClassFixture<ReplicatedApi>, IAsyncLifetime
{
    /// <summary>What <c>/status</c> promises.</summary>
    private static readonly TimeSpan _oldest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private HttpClient Seller => system.Seller.Client;

    private HttpClient Reader => system.Reader.Client;

    private ReplicatedMariaDb Servers => system.Servers;

    private int EventId { get; set; }

    /// <summary>An event that is on both servers, under another name at the replica, and a reader that reads there.</summary>
    public async Task InitializeAsync()
    {
        await OnReplicaAsync("START SLAVE"); // where a test has failed
        EventId = await Seller.SetupAsync(10, "batched");
        await ChangeAtReplicaAsync($"UPDATE ticketing.events SET name = 'replica' WHERE id = {EventId}");
        await ReadsComeFromReplicaAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Reads_come_from_the_replica_and_what_was_just_done_from_the_primary()
    {
        var booking = (await Seller.BookAsync(EventId, userId: 7)).Json.GetProperty("booking_id").GetInt64();
        await ChangeAtReplicaAsync($"UPDATE ticketing.bookings SET user_id = 4242 WHERE id = {booking}");
        await ChangeAtReplicaAsync($"UPDATE ticketing.events SET total_tickets = 777777 WHERE id = {EventId}");

        var status = await Reader.GetAnswerAsync($"/status?event_id={EventId}");
        status.Json.GetProperty("event_name").GetString().Should().Be("replica");
        int.Parse(status.Headers["Age"], CultureInfo.InvariantCulture).Should().BeInRange(0, 4);
        (await Reader.GetAnswerAsync("/stats")).Json.GetProperty("tickets").GetInt64().Should().BeGreaterThan(777_000);
        var sales = await Reader.GetAnswerAsync($"/history?event_id={EventId}");
        sales.Json.GetProperty("items")[0].GetProperty("user_id").GetInt32().Should().Be(4242);
        sales.Json.GetProperty("total").GetInt32().Should().Be(1);

        (await Reader.GetAnswerAsync($"/bookings/{booking}")).Json.GetProperty("user_id").GetInt32().Should().Be(7);
        (await Reader.GetAnswerAsync("/history?user_id=7")).Json.GetProperty("items")[0].GetProperty("booking_id").GetInt64().Should().Be(booking);
    }

    /// <summary>The replica stops just before, so that it still counts as up to date.</summary>
    [Fact]
    public async Task What_a_process_has_done_itself_shows_at_once()
    {
        await OnReplicaAsync("STOP SLAVE SQL_THREAD");
        var id = await Reader.SetupAsync(3, "batched");
        var answers = await Task.WhenAll(new[] { "/status", $"/status?event_id={id}", "/events" }.Select(path => Reader.GetAnswerAsync(path)));
        (await Reader.BookAsync(id)).IsBooked.Should().BeTrue();
        var sold = (await Reader.StatusAsync(id)).GetProperty("tickets_sold").GetInt32();
        var there = await Seller.SetupAsync(3, "batched");
        var found = await Reader.StatusAsync(there);
        await OnReplicaAsync("START SLAVE");

        answers[0].Json.GetProperty("event_id").GetInt32().Should().Be(id);
        answers[1].Status.Should().Be(HttpStatusCode.OK);
        answers[2].Json.GetProperty("items")[0].GetProperty("event_id").GetInt32().Should().Be(id);
        sold.Should().Be(1);
        found.GetProperty("available_tickets").GetInt32().Should().Be(3, "what is missing at the replica is looked for at the primary");
    }

    [Fact]
    public async Task An_event_that_another_process_has_sold_out_looks_open_for_five_seconds_at_the_most()
    {
        await Reader.StatusAsync(EventId);
        await OnReplicaAsync("STOP SLAVE SQL_THREAD");
        (await Seller.BookAsync(EventId, quantity: 10)).IsBooked.Should().BeTrue();
        var soldOut = Stopwatch.StartNew();

        for (var left = 10; soldOut.Elapsed < _oldest + TimeSpan.FromSeconds(1); await Task.Delay(50))
        {
            var asked = soldOut.Elapsed;
            var answer = await Reader.GetAnswerAsync($"/status?event_id={EventId}");
            var age = int.Parse(answer.Headers["Age"], CultureInfo.InvariantCulture);
            age.Should().BeLessThanOrEqualTo((int)_oldest.TotalSeconds);
            var now = answer.Json.GetProperty("available_tickets").GetInt32();
            now.Should().BeLessThanOrEqualTo(left);
            left = now;
            if (left > 0)
            {
                asked.Should().BeLessThan(_oldest);
                age.Should().BeGreaterThanOrEqualTo((int)asked.TotalSeconds, "tickets that were there before the sale have its age");
            }
        }

        (await Reader.StatusAsync(EventId)).GetProperty("available_tickets").GetInt32().Should().Be(0);
        await OnReplicaAsync("START SLAVE");
    }

    [Fact]
    public async Task A_replica_that_lags_is_not_read_until_it_has_caught_up()
    {
        await Servers.FollowAsync(delaySeconds: 2);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            await Task.Delay(i * 250);
            (await Seller.BookAsync(await Seller.SetupAsync(1, "atomic_update"))).IsBooked.Should().BeTrue();
        }));

        (await NameAsync()).Should().NotBe("replica");
        (await LagAsync()).Should().BeInRange(0.8, 5);
        await Servers.FollowAsync();
        await ReadsComeFromReplicaAsync();
        await Eventually.HoldsAsync(async () => await LagAsync() < 0.8, TimeSpan.FromSeconds(10)); // it grows until the next comparison
    }

    [Fact]
    public async Task Reads_do_not_wait_for_a_table_that_is_locked_at_the_replica()
    {
        await using (await system.LockTablesAtReplicaAsync())
        {
            await ReadForAsync(TimeSpan.FromSeconds(2));
            (await NameAsync()).Should().NotBe("replica");
        }

        await ReadsComeFromReplicaAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reads_are_answered_by_the_primary_while_the_replica_is_down(bool isFrozen)
    {
        if (isFrozen)
        {
            Servers.Replica.Freeze();
        }
        else
        {
            await Servers.Replica.KillAsync();
        }

        try
        {
            await ReadForAsync(TimeSpan.FromSeconds(2));
            (await NameAsync()).Should().NotBe("replica");
            (await Reader.BookAsync(EventId)).IsBooked.Should().BeTrue();
            (await system.Reader.IsReadyAsync()).Should().BeTrue("orders do not need the replica");
        }
        finally
        {
            await (isFrozen ? Task.Run(Servers.Replica.Thaw) : Servers.Replica.StartAsync());
        }

        await ReadsComeFromReplicaAsync();
    }

    /// <summary>Several readers, of what is cached and of what never is: none gets an error, and none waits long.</summary>
    private async Task ReadForAsync(TimeSpan time)
    {
        string[] paths = ["/events", "/stats", $"/status?event_id={EventId}", "/history?before=1000000", "/events?page=2&page_size=1", "/status"];
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(paths.Select(async path =>
        {
            while (clock.Elapsed < time)
            {
                var asked = clock.Elapsed;
                var answer = await Reader.GetAnswerAsync(path);
                answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
                (clock.Elapsed - asked).Should().BeLessThan(TimeSpan.FromSeconds(2.5), path);
                await Task.Delay(20);
            }
        }));
    }

    private Task ReadsComeFromReplicaAsync() => Eventually.HoldsAsync(async () => await NameAsync() == "replica", _patience, () => system.Reader.Output);

    /// <summary>The name under which the reader, which does not cache lists of events, lists the event.</summary>
    private async Task<string?> NameAsync() => (await Reader.GetAnswerAsync("/events?page_size=100")).Json.GetProperty("items").EnumerateArray()
        .Where(item => item.GetProperty("event_id").GetInt32() == EventId)
        .Select(item => item.GetProperty("event_name").GetString())
        .SingleOrDefault();

    private async Task<double> LagAsync() => (await Scrape.OfAsync(Reader)).Find("db_replica_lag_seconds", [])!.Value;

    private Task OnReplicaAsync(string sql) => ReplicatedMariaDb.ExecuteAsync(Servers.Replica, sql);

    /// <summary>Changes a row that the replica has, or is about to have.</summary>
    private Task ChangeAtReplicaAsync(string update) => Eventually.HoldsAsync(() => system.ChangeAtReplicaAsync(update), _patience);
}
