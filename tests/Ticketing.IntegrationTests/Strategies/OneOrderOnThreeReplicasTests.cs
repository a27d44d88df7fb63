using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>A buyer's client repeats an order that it has no answer to, and a load balancer sends each repetition to another replica.</summary>
[Trait("Run", "Full")]
[Collection(ThreeReplicas.Collection)]
public sealed class OneOrderOnThreeReplicasTests(ThreeReplicas replicas)
{
    private const int Quantity = 2;
    private const int PerReplica = 10;

    public static TheoryData<string> Strategies => [.. BookingStrategyNames.All];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task One_order_sent_to_three_replicas_at_once_books_once(string strategy)
    {
        // No ticket more than the order takes, so that those who come too late find it sold out by the very order that they repeat. Naive needs
        // some for each of them: it takes tickets before it finds out that the key is used, and then puts them back.
        var tickets = strategy == BookingStrategy.Naive.Name() ? 100 : Quantity;
        var clients = replicas.Addresses.Select(address => new Buyers(PerReplica, address)).ToList();
        try
        {
            for (var round = 0; round < TestLength.Times(4, 100); round++)
            {
                var id = await replicas.Client.SetupAsync(tickets, strategy);
                var key = $"key-{Guid.NewGuid()}";

                var answers = await Task.WhenAll(
                    Enumerable.Range(0, clients.Count * PerReplica).Select(i => clients[i % clients.Count].BuyAsync(id, userId: 7, Quantity, key)));

                answers.Should().OnlyContain(answer => answer.IsBooked);
                var booking = answers.Select(answer => answer.Text).Distinct().Should().ContainSingle("all of them are one order").Which;
                answers.Count(answer => !answer.Headers.ContainsKey("Idempotent-Replayed")).Should().Be(1, "one request booked, the others repeated it");
                var status = await replicas.Client.StatusAsync(id);
                status.GetProperty("bookings").GetInt64().Should().Be(1, booking);
                status.GetProperty("tickets_sold").GetInt64().Should().Be(Quantity, booking);
                status.GetProperty("available_tickets").GetInt32().Should().Be(tickets - Quantity, booking);
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }
}
