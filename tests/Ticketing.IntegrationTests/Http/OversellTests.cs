using System.Net;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Http;

/// <summary>Five hundred want a hundred tickets.</summary>
public abstract class OversellTests(ApiFixture api)
{
    private const int Tickets = 100;
    private const int Buyers = 500;

    [Fact]
    public async Task Naive_oversells()
    {
        var (id, booked) = await SellAsync("naive");

        booked.Should().BeGreaterThan(Tickets, "the negative control must show the race, or the other tests prove nothing");
        var status = await api.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(booked);
        status.GetProperty("oversold").GetInt64().Should().Be(booked - Tickets);
        status.GetProperty("available_tickets").GetInt32().Should().Be(Tickets - booked, "it goes below zero, it does not forget");
    }

    [Theory]
    [InlineData("atomic_update")]
    [InlineData("for_update")]
    public async Task The_others_sell_exactly_what_there_is(string strategy)
    {
        var (id, booked) = await SellAsync(strategy);

        booked.Should().Be(Tickets);
        var status = await api.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(Tickets);
        status.GetProperty("available_tickets").GetInt32().Should().Be(0);
        status.GetProperty("oversold").GetInt64().Should().Be(0);
    }

    private async Task<(int EventId, int Booked)> SellAsync(string strategy)
    {
        var id = await api.Client.SetupAsync(Tickets, strategy);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Buyers }) { BaseAddress = api.Address };

        var answers = await Task.WhenAll(Enumerable.Range(1, Buyers).Select(user => BuyUntilAnsweredAsync(client, id, user)));

        answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "sold_out");
        return (id, answers.Count(answer => answer.IsBooked));
    }

    /// <summary>"Busy" is no answer to whether there is a ticket: a buyer asks again.</summary>
    private static async Task<Answer> BuyUntilAnsweredAsync(HttpClient client, int eventId, int user)
    {
        while (true)
        {
            var answer = await client.BookAsync(eventId, user);
            if (answer.Status != HttpStatusCode.ServiceUnavailable)
            {
                return answer;
            }

            answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
            answer.Headers["Retry-After"].Should().Be("1");
        }
    }
}

public sealed class SqliteOversellTests(SqliteApi api) : OversellTests(api), IClassFixture<SqliteApi>;

public sealed class MariaDbOversellTests(MariaDbApi api) : OversellTests(api), IClassFixture<MariaDbApi>;
