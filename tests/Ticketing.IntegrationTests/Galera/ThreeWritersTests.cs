using System.Net;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.IntegrationTests.Strategies;
using Ticketing.TestServers;
using Xunit.Abstractions;

namespace Ticketing.IntegrationTests.Galera;

/// <summary>Three replicas write to three nodes of a Galera cluster at once, which nobody should do: they are slow, and right.</summary>
[Trait("Run", "Full")]
public sealed class ThreeWritersTests(ThreeWriters writers, ITestOutputHelper output) : IClassFixture<ThreeWriters>
{
    private const int AtOnce = 90;

    public static TheoryData<string> StrategiesThatHold => [.. BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name())];

    [Theory]
    [MemberData(nameof(StrategiesThatHold))]
    public async Task Every_confirmed_booking_is_there_once_and_no_ticket_is_sold_twice(string strategy)
    {
        var tickets = (strategy == BookingStrategy.Batched.Name() ? 20 : 1) * TestLength.Times(100, 1000);
        using var buyers = new Buyers(AtOnce, writers.Addresses);
        var id = await writers.Client.SetupAsync(tickets, strategy);
        await writers.SeenEverywhereAsync(id);
        var answers = new Answer[tickets + AtOnce];
        var conflictsBefore = await writers.ConflictsAsync();

        await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
            answers[i] = await buyers.BuyAsync(id, userId: i + 1, key: $"{id}-{i}"));

        var told = Ticket.ToldIn(answers);
        var conflicts = await writers.ConflictsAsync() - conflictsBefore;
        output.WriteLine($"{strategy}: {told.Count} booked, {buyers.Busy} times busy, {conflicts} conflicts between nodes");
        if (strategy != BookingStrategy.DistributedLock.Name() && strategy != BookingStrategy.Queued.Name()) // one lock, or one consumer, keeps its buyers apart
        {
            conflicts.Should().BePositive("else nothing was proved");
        }

        answers.Where(answer => !answer.IsBooked).Should().AllSatisfy(answer => answer.ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out"));
        told.Should().HaveCount(tickets);
        await writers.CatchUpAsync();
        foreach (var database in writers.Databases)
        {
            Ticket.ShouldBeThoseTold(await Ticket.StoredInAsync(database, id), told);
        }

        var status = await writers.Client.StatusAsync(id);
        status.GetProperty("available_tickets").GetInt32().Should().Be(0);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(tickets);
        status.GetProperty("bookings").GetInt64().Should().Be(tickets);
    }

    [Fact]
    public async Task Tickets_that_are_given_back_on_several_nodes_at_once_come_back_once()
    {
        var tickets = TestLength.Times(60, 1000);
        using var buyers = new Buyers(AtOnce, writers.Addresses);
        var id = await writers.Client.SetupAsync(tickets, BookingStrategy.Batched.Name());
        await writers.SeenEverywhereAsync(id);
        var booked = await Task.WhenAll(Enumerable.Range(1, tickets).Select(user => buyers.BuyAsync(id, user)));
        await writers.CatchUpAsync();

        using var client = new HttpClient();
        await Task.WhenAll(booked.SelectMany(answer => writers.Addresses.Select(address => CancelAsync(new Uri(address, $"/bookings/{Ticket.In(answer).BookingId}/cancel")))));

        await writers.CatchUpAsync();
        (await writers.Client.GetAnswerAsync($"/status?event_id={id}")).Json.GetProperty("available_tickets").GetInt32().Should().Be(tickets);
        var again = await Task.WhenAll(Enumerable.Range(1, tickets + 10).Select(user => buyers.BuyAsync(id, user)));
        again.Count(answer => answer.IsBooked).Should().Be(tickets);

        // Where a COMMIT has failed and another replica has cancelled the booking since, nobody can say which of the two it was; a cancellation may be repeated.
        async Task CancelAsync(Uri booking) => await Eventually.GetAsync(
            () => client.SendAsync(HttpMethod.Post, booking.ToString()), answer => (int)answer.Status < 500, TimeSpan.FromSeconds(30), answer => answer.Text);
    }
}
