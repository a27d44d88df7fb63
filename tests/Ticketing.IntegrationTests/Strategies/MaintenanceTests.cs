using System.Net;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>While the system is read-only, no strategy takes an order on any replica, and what was ordered before goes on.</summary>
[Trait("Run", "Full")]
[Collection(ThreeReplicas.Collection)]
public sealed class MaintenanceTests(ThreeReplicas replicas)
{
    /// <summary>The others read the switch once a second; the rest is for a busy machine.</summary>
    private static readonly TimeSpan _untilAllKnow = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Strategies => [.. BookingStrategyNames.All];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task No_order_is_taken_while_the_system_is_read_only(string strategy)
    {
        var id = await replicas.Client.SetupAsync(10, strategy);
        var (bookingKey, holdKey) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}");
        var booked = await replicas.Client.BookAsync(id, userId: 1, key: bookingKey);
        booked.IsBooked.Should().BeTrue();
        var held = (await replicas.Client.HoldAsync(id, userId: 2, seconds: 600, key: holdKey)).Json.GetProperty("hold_id").GetInt64();
        var released = (await replicas.Client.HoldAsync(id, userId: 3, seconds: 600)).Json.GetProperty("hold_id").GetInt64();
        var others = replicas.Addresses.Select(address => new HttpClient { BaseAddress = address }).ToList();
        try
        {
            (await SetAsync(true)).Json.GetProperty("read_only").GetBoolean().Should().BeTrue();

            (await replicas.Client.BookAsync(id, userId: 4)).ShouldBeProblem(HttpStatusCode.Conflict, "paused");
            foreach (var other in others)
            {
                await Eventually.HoldsAsync(async () => (await other.GetAnswerAsync($"/status?event_id={id}")).Json.GetProperty("state").GetString() == "paused", _untilAllKnow);
                (await other.BookAsync(id, userId: 4, key: $"{Guid.NewGuid()}")).ShouldBeProblem(HttpStatusCode.Conflict, "paused");
                (await other.HoldAsync(id, userId: 4)).ShouldBeProblem(HttpStatusCode.Conflict, "paused");
                (await other.ExtendAsync(held, 700)).ShouldBeProblem(HttpStatusCode.Conflict, "paused");
                (await other.BookAsync(id, userId: 1, key: bookingKey)).Text.Should().Be(booked.Text, "it was booked before");
            }

            (await others[1].EndHoldAsync(held, "confirm")).IsBooked.Should().BeTrue("what is held can be bought");
            (await others[2].EndHoldAsync(released, "release")).Json.GetProperty("returned").GetInt32().Should().Be(1);
            (await others[0].SendAsync(HttpMethod.Post, $"/bookings/{held}/cancel")).Json.GetProperty("returned").GetInt32().Should().Be(1);
            (await replicas.Client.GetAnswerAsync("/maintenance")).Json.GetProperty("read_only").GetBoolean().Should().BeTrue();
        }
        finally
        {
            await SetAsync(false);
        }

        foreach (var other in others)
        {
            await Eventually.HoldsAsync(async () => (await other.BookAsync(id, userId: 5)).IsBooked, _untilAllKnow);
            other.Dispose();
        }

        (await replicas.Client.GetAnswerAsync("/audit")).Json.GetProperty("items").EnumerateArray().Take(2).Select(entry => entry.GetProperty("action").GetString())
            .Should().Equal("read_only_off", "read_only_on");

        Task<Answer> SetAsync(bool readOnly) => replicas.Client.SendAsync(HttpMethod.Put, "/maintenance", new { read_only = readOnly });
    }
}
