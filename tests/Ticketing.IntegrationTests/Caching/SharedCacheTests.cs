using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Caching;

/// <summary>The caches of two replicas hide nothing that one has just done, and share what they have read.</summary>
[Trait("Run", "Full")]
public sealed class SharedCacheTests(TwoReplicas replicas) : IClassFixture<TwoReplicas>
{
    private ApiProcess Here => replicas.Here;

    private ApiProcess There => replicas.There;

    [Fact]
    public async Task A_booking_shows_at_once_on_its_replica_and_within_five_seconds_on_the_other()
    {
        var missesBefore = await CacheTests.MissesAsync(Here, "status");
        var id = await Here.Client.SetupAsync(10, "batched");
        (await SoldAsync(Here, id)).Should().Be(0);
        (await SoldAsync(There, id)).Should().Be(0);

        for (var sold = 1; sold <= 10; sold++)
        {
            (await Here.Client.BookAsync(id, userId: 7)).IsBooked.Should().BeTrue();
            var status = await Here.Client.StatusAsync(id);
            status.GetProperty("tickets_sold").GetInt64().Should().Be(sold);
            status.GetProperty("available_tickets").GetInt32().Should().Be(10 - sold);
            status.GetProperty("bookings").GetInt64().Should().Be(sold);
            (await Here.Client.GetAnswerAsync("/history?user_id=7")).Json.GetProperty("total").GetInt32().Should().Be(sold);
        }

        await Eventually.HoldsAsync(async () => await SoldAsync(There, id) == 10, TimeSpan.FromSeconds(5));
        (await CacheTests.MissesAsync(Here, "status") - missesBefore).Should().BeLessThanOrEqualTo(4, "ten bookings are no reason to ask the database ten times");
    }

    [Fact]
    public async Task A_replica_that_answered_sold_out_shows_no_tickets_left()
    {
        var id = await Here.Client.SetupAsync(1, "atomic_update");
        (await SoldAsync(There, id)).Should().Be(0);
        (await Here.Client.BookAsync(id)).IsBooked.Should().BeTrue();

        (await There.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");

        (await There.Client.StatusAsync(id)).GetProperty("available_tickets").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task A_new_event_is_the_current_one_at_once()
    {
        for (var i = 0; i < 3; i++)
        {
            var id = await Here.Client.SetupAsync(5, "batched");
            (await Here.Client.GetAnswerAsync("/status")).Json.GetProperty("event_id").GetInt32().Should().Be(id);
            (await Here.Client.GetAnswerAsync("/events")).Json.GetProperty("items")[0].GetProperty("event_id").GetInt32().Should().Be(id);
        }
    }

    [Fact]
    public async Task A_missing_event_is_found_at_once_after_another_replica_sets_it_up()
    {
        var next = await Here.Client.SetupAsync(5, "batched") + 1;
        (await There.Client.GetAnswerAsync($"/status?event_id={next}")).ShouldBeProblem(HttpStatusCode.NotFound, "event_not_found");

        (await Here.Client.SetupAsync(5, "batched")).Should().Be(next);

        (await There.Client.StatusAsync(next)).GetProperty("available_tickets").GetInt32().Should().Be(5);
    }

    /// <summary>Not necessarily at the first read: a Redis that takes longer than 100 ms counts as a miss, as on a cold connection.</summary>
    [Fact]
    public Task Replicas_share_what_they_have_read_through_redis() => Eventually.HoldsAsync(
        async () =>
        {
            var id = await Here.Client.SetupAsync(100, "batched");
            await Here.Client.StatusAsync(id);
            await Task.Delay(300); // Redis is written to after the answer
            var missesBefore = await CacheTests.MissesAsync(There, "status");

            var status = await There.Client.StatusAsync(id);

            status.GetProperty("total_tickets").GetInt32().Should().Be(100);
            status.GetProperty("strategy").GetString().Should().Be("batched");
            return await CacheTests.MissesAsync(There, "status") == missesBefore;
        },
        TimeSpan.FromSeconds(20));

    private static async Task<long> SoldAsync(ApiProcess api, int eventId) =>
        (await api.Client.StatusAsync(eventId)).GetProperty("tickets_sold").GetInt64();
}

/// <summary>Two API processes on one MariaDB and one Redis.</summary>
public sealed class TwoReplicas : IAsyncLifetime
{
    private RedisProcess _redis = null!;

    internal ApiProcess Here { get; private set; } = null!;

    internal ApiProcess There { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = _redis.ConnectionString,
        };
        Here = await ApiProcess.StartAsync(settings);
        There = await ApiProcess.StartAsync(settings);
    }

    public async Task DisposeAsync()
    {
        await Here.DisposeAsync();
        await There.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
