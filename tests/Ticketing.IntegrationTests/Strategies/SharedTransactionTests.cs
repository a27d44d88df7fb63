using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>The batches of several events in one transaction: what happens to one of them must not happen to the others.</summary>
[Trait("Run", "Full")]
public sealed partial class SharedTransactionTests(ProxiedSale sale) : IClassFixture<ProxiedSale>
{
    private const int Events = 40;

    [Theory]
    [InlineData("none")]
    [InlineData("before COMMIT")]
    [InlineData("after COMMIT")]
    public async Task Every_event_has_what_its_buyer_was_told_wherever_connections_are_lost(string cut)
    {
        var ids = await SetupAsync("batched");
        var (ordersBefore, batchesBefore) = await BatchesAsync();
        switch (cut)
        {
            case "before COMMIT":
                sale.Proxy.CutBefore(times: 5);
                break;
            case "after COMMIT":
                sale.Proxy.CutAfter(times: 5);
                break;
        }

        // One buyer for each event, one order at a time: no event ever has two in a batch, so a batch of more is one of several events.
        using var buyers = new Buyers(Events, sale.Api.Address);
        var answers = await Task.WhenAll(ids.Select(async id =>
        {
            var own = new List<Answer>();
            for (var user = 1; user <= 10; user++)
            {
                own.Add(await buyers.BuyAsync(id, user, (user % 3) + 1, user % 2 == 0 ? $"{id}-{user}" : null));
            }

            return own;
        }));

        sale.Proxy.Cuts.Should().Be(cut == "none" ? 0 : 5);
        foreach (var (id, own) in ids.Zip(answers))
        {
            own.Take(own.Count - 1).Should().OnlyContain(answer => answer.IsBooked);
            own[^1].ShouldBeProblem(HttpStatusCode.BadRequest, "not_enough_tickets");
            await sale.ShouldHaveAsync(id, [.. own.Take(own.Count - 1)]);
        }

        var (orders, batches) = await BatchesAsync();
        (orders - ordersBefore).Should().BeGreaterThan(1.5 * (batches - batchesBefore), "events share transactions");
    }

    [Fact]
    public async Task An_event_whose_row_is_locked_delays_no_other()
    {
        var ids = await SetupAsync("batched");
        using var buyers = new Buyers(Events * 2, sale.Api.Address);
        Task<Answer>[] stuck;
        await using (await sale.LockEventAsync(ids[0]))
        await using (await sale.LockEventAsync(ids[1]))
        {
            stuck = [.. Enumerable.Range(1, 5).Select(user => buyers.BuyAsync(ids[user % 2], user))];
            var clock = Stopwatch.StartNew();
            var free = await Task.WhenAll(ids.Skip(2).Select(id => buyers.BuyAsync(id, userId: 1)));
            free.Should().OnlyContain(answer => answer.IsBooked);
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(2), "locks are waited for up to five seconds");
            stuck.Should().NotContain(order => order.IsCompleted);
        }

        (await Task.WhenAll(stuck)).Should().OnlyContain(answer => answer.IsBooked);
    }

    [Fact]
    public async Task A_key_that_two_events_are_ordered_with_at_once_spoils_no_other_order()
    {
        var ids = await SetupAsync("batched");
        using var buyers = new Buyers(Events * 2, sale.Api.Address);
        for (var round = 0; round < 5; round++)
        {
            var key = $"key-{Guid.NewGuid()}";
            var answers = await Task.WhenAll(ids.Select((id, i) => buyers.BuyAsync(id, userId: round + 1, key: i < 4 ? key : null)));
            answers.Take(4).Count(answer => answer.IsBooked).Should().Be(1);
            answers.Take(4).Where(answer => !answer.IsBooked).Should().OnlyContain(answer => answer.Code == "idempotency_key_reused");
            answers.Skip(4).Should().OnlyContain(answer => answer.IsBooked);
        }
    }

    /// <summary>Events with nineteen tickets each.</summary>
    private async Task<IReadOnlyList<int>> SetupAsync(string strategy)
    {
        var ids = new List<int> { await sale.BeginAsync(19, strategy) };
        while (ids.Count < Events)
        {
            ids.Add(await sale.Api.Client.SetupAsync(19, strategy));
        }

        return ids;
    }

    private async Task<(double Orders, double Batches)> BatchesAsync()
    {
        var scrape = await sale.Api.Client.GetStringAsync(new Uri("metrics", UriKind.Relative));
        return (Read("sum"), Read("count"));

        double Read(string what) => BatchOrders().Matches(scrape).Where(match => match.Groups[1].Value == what).Sum(match => double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^booking_batch_orders_(sum|count)(?:\{.*\})? ([0-9.eE+]+)", RegexOptions.Multiline)]
    private static partial Regex BatchOrders();
}
