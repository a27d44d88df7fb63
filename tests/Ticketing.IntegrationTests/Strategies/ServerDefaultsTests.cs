using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// The results do not depend on how the server is set up: our sessions bring their isolation level along. All other tests run on a server with
/// its own default, which is REPEATABLE-READ.
/// </summary>
[Trait("Run", "Full")]
public sealed class ServerDefaultsTests
{
    private static readonly int _crowd = TestLength.Times(50, 200);

    public static TheoryData<string[]> Settings => [.. TestLength.Cases<string[]>(
        1,
        ["transaction-isolation=READ-COMMITTED"],
        ["transaction-isolation=REPEATABLE-READ", "loose-innodb-snapshot-isolation=ON"])]; // loose: where the server has it

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task The_last_tickets_are_sold_once_whatever_the_servers_default_is(string[] settings)
    {
        await using var server = await MariaDbServer.StartAsync(settings);
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await server.CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
        });
        using var buyers = new Buyers(_crowd, api.Address);
        foreach (var strategy in Enum.GetValues<BookingStrategy>())
        {
            var oversold = await LastTicketAsync(api, buyers, strategy) + await HotStockAsync(api, buyers, strategy);
            if (strategy == BookingStrategy.Naive)
            {
                oversold.Should().BePositive();
            }
            else
            {
                oversold.Should().Be(0, strategy.Name());
            }
        }
    }

    private static async Task<int> LastTicketAsync(ApiProcess api, Buyers buyers, BookingStrategy strategy)
    {
        var oversold = 0;
        for (var round = 0; round < TestLength.Times(1, 20); round++)
        {
            var id = await api.Client.SetupAsync(1, strategy.Name());
            var answers = await Task.WhenAll(Enumerable.Range(1, _crowd).Select(user => buyers.BuyAsync(id, user)));
            answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "sold_out");
            oversold += answers.Count(answer => answer.IsBooked) - 1;
        }

        return oversold;
    }

    private static async Task<int> HotStockAsync(ApiProcess api, Buyers buyers, BookingStrategy strategy)
    {
        const int tickets = 50;
        var id = await api.Client.SetupAsync(tickets, strategy.Name());
        var answers = await Task.WhenAll(Enumerable.Range(1, _crowd).Select(user => buyers.BuyAsync(id, user, (user % 3) + 1)));
        answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "sold_out" || answer.Code == "not_enough_tickets");

        var status = await api.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt32().Should().Be(
            answers.Where(answer => answer.IsBooked).Sum(answer => answer.Json.GetProperty("quantity").GetInt32()), strategy.Name());
        status.GetProperty("available_tickets").GetInt32().Should().Be(tickets - status.GetProperty("tickets_sold").GetInt32());
        return status.GetProperty("oversold").GetInt32();
    }
}
