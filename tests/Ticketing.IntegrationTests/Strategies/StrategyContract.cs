using System.Net;
using Microsoft.EntityFrameworkCore;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// What every strategy must do, on every database, with a real server and real concurrency. Each strategy inherits it; naive is the negative
/// control, which must fail where the others must not.
/// </summary>
public abstract class StrategyContract(ApiFixture api, BookingStrategy strategy)
{
    private const int Rounds = 50;

    public BookingStrategy Strategy => strategy;

    /// <summary>False for naive alone.</summary>
    protected virtual bool PreventsOverselling => true;

    [Fact]
    public async Task The_last_ticket_goes_to_one_of_two_hundred_buyers()
    {
        const int crowd = 200;
        using var buyers = new Buyers(crowd, api.Address);
        var oversold = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var id = await SetupAsync(1);

            var answers = await Task.WhenAll(Enumerable.Range(1, crowd).Select(user => buyers.BuyAsync(id, user)));

            answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "sold_out");
            var booked = answers.Count(answer => answer.IsBooked);
            booked.Should().BeGreaterOrEqualTo(1);
            await ShouldAddUpAsync(id, total: 1, sold: booked);
            oversold += booked - 1;
        }

        ShouldHaveOversold(oversold);
    }

    [Fact]
    public async Task Five_hundred_buyers_for_a_hundred_tickets()
    {
        using var buyers = new Buyers(500, api.Address);
        var id = await SetupAsync(100);

        var answers = await Task.WhenAll(Enumerable.Range(1, 500).Select(user => buyers.BuyAsync(id, user)));

        answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "sold_out");
        var booked = answers.Count(answer => answer.IsBooked);
        await ShouldAddUpAsync(id, total: 100, sold: booked);
        ShouldHaveOversold(booked - 100);
    }

    [Fact]
    public async Task Orders_of_several_tickets_are_served_whole_and_small_ones_fill_up_the_rest()
    {
        using var buyers = new Buyers(100, api.Address);
        var id = await SetupAsync(50);

        var answers = await Task.WhenAll(Enumerable.Range(1, 100).Select(async user =>
        {
            var quantity = (user % 10) + 1;
            var answer = await buyers.BuyAsync(id, user, quantity);
            if (answer.Code == "not_enough_tickets")
            {
                answer.Json.GetProperty("available_tickets").GetInt32().Should().BeInRange(1, quantity - 1);
            }

            return (Quantity: quantity, Answer: answer);
        }));

        answers.Should().OnlyContain(order => order.Answer.IsBooked || order.Answer.Code == "sold_out" || order.Answer.Code == "not_enough_tickets");
        var sold = answers.Where(order => order.Answer.IsBooked).Sum(order => order.Quantity);
        if (PreventsOverselling)
        {
            while (sold < 50)
            {
                (await buyers.BuyAsync(id, 1)).IsBooked.Should().BeTrue("what is left is still for sale");
                sold++;
            }

            (await buyers.BuyAsync(id, 1)).ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");
        }

        await ShouldAddUpAsync(id, total: 50, sold);
    }

    [Fact]
    public async Task Fifty_requests_at_once_with_one_key_make_one_booking()
    {
        using var buyers = new Buyers(50, api.Address);

        // With one ticket, the forty-nine that come too late find it sold out, to the very order that they repeat. Naive cannot know: between
        // its two statements the ticket is gone and the booking not yet there.
        foreach (var tickets in PreventsOverselling ? (int[])[100, 1] : [100])
        {
            var id = await SetupAsync(tickets);
            var key = $"key-{Guid.NewGuid()}";

            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => buyers.BuyAsync(id, userId: 7, key: key)));

            answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.OK);
            answers.Select(answer => answer.Text).Distinct().Should().ContainSingle();
            answers.Count(answer => !answer.Headers.ContainsKey("Idempotent-Replayed")).Should().Be(1, "one request booked, the others repeated it");
            await ShouldAddUpAsync(id, tickets, sold: 1);
        }
    }

    [Fact]
    public async Task A_key_at_once_with_two_orders_books_one_of_them()
    {
        using var buyers = new Buyers(50, api.Address);
        var id = await SetupAsync(100);
        var key = $"key-{Guid.NewGuid()}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => buyers.BuyAsync(id, userId: 7, quantity: 1 + (i % 2), key: key)));

        answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "idempotency_key_reused");
        var booked = answers.Where(answer => answer.IsBooked).Select(answer => answer.Text).Distinct().Should().ContainSingle().Which;
        booked.Should().NotBeNull();
        await ShouldAddUpAsync(id, total: 100, sold: answers.First(answer => answer.IsBooked).Json.GetProperty("quantity").GetInt32());
    }

    [Fact]
    public async Task A_key_at_once_for_two_events_books_one_of_them()
    {
        using var buyers = new Buyers(50, api.Address);
        var first = await SetupAsync(100);
        var second = await SetupAsync(100);
        for (var round = 0; round < 10; round++)
        {
            var key = $"key-{Guid.NewGuid()}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => buyers.BuyAsync(i % 2 == 0 ? first : second, userId: 7, key: key)));

            answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "idempotency_key_reused");
            answers.Where(answer => answer.IsBooked).Select(answer => answer.Text).Distinct().Should().ContainSingle();
        }

        await using var db = await api.OpenDatabaseAsync();
        (await db.Bookings.CountAsync(booking => booking.EventId == first || booking.EventId == second)).Should().Be(10);
        await ShouldAddUpAsync(first, 100, sold: await db.Bookings.CountAsync(booking => booking.EventId == first));
        await ShouldAddUpAsync(second, 100, sold: await db.Bookings.CountAsync(booking => booking.EventId == second));
    }

    [Fact]
    public async Task A_key_that_was_refused_can_still_book()
    {
        using var buyers = new Buyers(1, api.Address);
        var soldOut = await SetupAsync(1);
        (await buyers.BuyAsync(soldOut, 1)).IsBooked.Should().BeTrue();
        var key = $"key-{Guid.NewGuid()}";
        (await buyers.BuyAsync(soldOut, 2, 1, key)).Code.Should().Be("sold_out");

        var few = await SetupAsync(2);
        (await buyers.BuyAsync(few, 2, 3, key)).Code.Should().Be("not_enough_tickets");

        var booked = await buyers.BuyAsync(few, 2, 2, key);
        booked.IsBooked.Should().BeTrue();
        booked.Headers.Should().NotContainKey("Idempotent-Replayed");
    }

    [Fact]
    public async Task A_buyer_who_hangs_up_leaves_everything_in_order()
    {
        var id = await SetupAsync(1000);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 100 }) { BaseAddress = api.Address };

        var confirmed = 0;
        await Task.WhenAll(Enumerable.Range(1, 200).Select(async user =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(user % 20));
            try
            {
                using var content = JsonBody(new { user_id = user, event_id = id });
                using var answer = await client.PostAsync(new Uri("/book", UriKind.Relative), content, patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref confirmed);
                }
            }
            catch (OperationCanceledException)
            {
                // Hung up.
            }
        }));

        // The last of those that were under way when their buyers hung up.
        var sold = await StableSalesAsync(id);
        sold.Should().BeGreaterOrEqualTo(confirmed);
        await ShouldAddUpAsync(id, 1000, sold);
    }

    protected Task<int> SetupAsync(int tickets) => api.Client.SetupAsync(tickets, strategy.Name());

    /// <summary>The stock, the bookings and what the buyers were told must be one story.</summary>
    protected async Task ShouldAddUpAsync(int eventId, int total, int sold)
    {
        await using var db = await api.OpenDatabaseAsync();
        var booked = await db.Bookings.Where(booking => booking.EventId == eventId).SumAsync(booking => booking.Quantity);
        var available = await db.Events.Where(@event => @event.Id == eventId).Select(@event => @event.AvailableTickets).SingleAsync();
        booked.Should().Be(sold, "each confirmed booking is there once, and no other");
        available.Should().Be(total - sold);
    }

    private void ShouldHaveOversold(int tickets)
    {
        if (PreventsOverselling)
        {
            tickets.Should().Be(0);
        }
        else
        {
            tickets.Should().BePositive("the negative control must show the race, or the other tests prove nothing");
        }
    }

    private async Task<int> StableSalesAsync(int eventId)
    {
        await using var db = await api.OpenDatabaseAsync();
        for (var last = -1; ;)
        {
            var now = await db.Bookings.CountAsync(booking => booking.EventId == eventId);
            if (now == last)
            {
                return now;
            }

            last = now;
            await Task.Delay(500);
        }
    }

    private static StringContent JsonBody(object body) => new(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
}
