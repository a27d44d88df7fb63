using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies.Contract;

/// <summary>
/// What every strategy must do, on every database, with a real server and real concurrency. Each strategy inherits it; naive is the negative
/// control, which must fail where the others must not.
/// </summary>
[Trait("Run", "Full")]
public abstract partial class StrategyContract(ApiFixture api, BookingStrategy strategy)
{
    public BookingStrategy Strategy => strategy;

    /// <summary>False for naive alone.</summary>
    protected virtual bool PreventsOverselling => true;

    [Fact]
    public Task The_last_ticket_goes_to_one_of_two_hundred_buyers() => RaceForTheLastTicketAsync(
        (buyers, id, user) => buyers.BuyAsync(id, user), answer => answer.IsBooked, (id, answers) => ShouldAddUpAsync(id, total: 1, answers));

    [Fact]
    public async Task A_crowd_five_times_as_large_as_the_stock_gets_every_ticket_once()
    {
        var tickets = TestLength.Times(30, 100);
        using var buyers = new Buyers(5 * tickets, api.Address);
        var id = await SetupAsync(tickets);

        var answers = await Task.WhenAll(Enumerable.Range(1, 5 * tickets).Select(user => buyers.BuyAsync(id, user)));

        answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "sold_out");
        var booked = answers.Count(answer => answer.IsBooked);
        booked.Should().BeGreaterOrEqualTo(tickets);
        await ShouldAddUpAsync(id, tickets, answers);
        ShouldHaveOversold(booked - tickets);
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
        answers.Where(order => order.Answer.IsBooked).Should().OnlyContain(order => Ticket.In(order.Answer).Quantity == order.Quantity);
        var all = answers.Select(order => order.Answer).ToList();
        if (PreventsOverselling)
        {
            for (var sold = answers.Where(order => order.Answer.IsBooked).Sum(order => order.Quantity); sold < 50; sold++)
            {
                var small = await buyers.BuyAsync(id, 1);
                small.IsBooked.Should().BeTrue("what is left is still for sale");
                all.Add(small);
            }

            (await buyers.BuyAsync(id, 1)).ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");
        }

        await ShouldAddUpAsync(id, total: 50, all);
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
            answers.Count(answer => !answer.IsReplayed).Should().Be(1, "one request booked, the others repeated it");
            await ShouldAddUpAsync(id, tickets, answers);
        }
    }

    [Fact]
    public async Task A_key_at_once_with_two_orders_books_one_of_them()
    {
        using var buyers = new Buyers(50, api.Address);
        var id = await SetupAsync(100);
        var key = $"key-{Guid.NewGuid()}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => buyers.BuyAsync(id, userId: 7, quantity: 1 + (i % 2), key: key)));

        OneOrderShouldHaveTheKey(answers, ticket => ticket.Quantity - 1);
        await ShouldAddUpAsync(id, total: 100, answers);
    }

    [Fact]
    public async Task A_key_at_once_for_two_events_books_one_of_them()
    {
        using var buyers = new Buyers(50, api.Address);
        var first = await SetupAsync(100);
        var second = await SetupAsync(100);
        var all = new List<Answer>();
        for (var round = 0; round < 10; round++)
        {
            var key = $"key-{Guid.NewGuid()}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => buyers.BuyAsync(i % 2 == 0 ? first : second, userId: 7, key: key)));

            OneOrderShouldHaveTheKey(answers, ticket => ticket.EventId == first ? 0 : 1);
            all.AddRange(answers);
        }

        Ticket.ToldIn(all).Should().HaveCount(10);
        await ShouldAddUpAsync(first, 100, all);
        await ShouldAddUpAsync(second, 100, all);
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

        var hungUp = 0;
        var confirmed = new ConcurrentBag<Answer>();
        await Task.WhenAll(Enumerable.Range(1, TestLength.Times(100, 200)).Select(async user =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(user % 20));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/book") { Content = JsonContent.Create(new { user_id = user, event_id = id }) };
            try
            {
                var answer = await client.AnswerToAsync(request, patience.Token);
                if (answer.IsBooked)
                {
                    confirmed.Add(answer);
                }
                else
                {
                    answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
                }
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref hungUp);
            }
        }));

        // A buyer who hung up may or may not have a booking, but never two.
        hungUp.Should().BePositive();
        var stored = await StableSalesAsync(id, total: 1000);
        Ticket.ToldIn(confirmed).Except(stored).Should().BeEmpty("each confirmed booking is there as it was confirmed");
        stored.Should().OnlyHaveUniqueItems(ticket => ticket.UserId).And.NotContain(ticket => ticket.Quantity != 1);
    }

    [Fact]
    public async Task A_limit_per_user_is_never_passed_whatever_he_sends_at_once()
    {
        const int limit = 7;
        using var buyers = new Buyers(50, api.Address);
        var id = await SetupAsync(new { total_tickets = 1000, strategy = strategy.Name(), max_per_user = limit });

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => buyers.BuyAsync(id, userId: 1 + (i % 2), quantity: 1 + (i % 3))));

        answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "limit_reached");
        await ShouldAddUpAsync(id, total: 1000, answers);
        if (PreventsOverselling)
        {
            foreach (var user in (await StoredAsync(id)).GroupBy(ticket => ticket.UserId))
            {
                user.Sum(ticket => ticket.Quantity).Should().BeLessThanOrEqualTo(limit);
            }

            var one = await api.Client.BookAsync(id, userId: 1);
            while (one.IsBooked)
            {
                one = await api.Client.BookAsync(id, userId: 1);
            }

            one.ShouldBeProblem(HttpStatusCode.Conflict, "limit_reached");
            one.Json.GetProperty("remaining_for_user").GetInt32().Should().Be(0);
            (await StoredAsync(id)).Where(ticket => ticket.UserId == 1).Sum(ticket => ticket.Quantity).Should().Be(limit, "the limit is no lower than it says");
        }
    }

    [Fact]
    public async Task Nothing_is_sold_before_the_start_and_nothing_after_the_end()
    {
        var startsAt = DateTimeOffset.UtcNow.AddSeconds(1.5);
        var id = await SetupAsync(new { total_tickets = 10, strategy = strategy.Name(), sale_starts_at = startsAt, sale_ends_at = startsAt.AddHours(1) });

        var early = await api.Client.BookAsync(id);
        early.ShouldBeProblem(HttpStatusCode.Conflict, "not_on_sale");
        early.Json.GetProperty("sale_starts_at").GetDateTimeOffset().Should().BeCloseTo(startsAt, TimeSpan.FromMilliseconds(1));
        (await api.Client.StatusAsync(id)).GetProperty("state").GetString().Should().Be("scheduled");

        await Eventually.HoldsAsync(async () => (await api.Client.BookAsync(id)).IsBooked, TimeSpan.FromSeconds(20));
        DateTimeOffset.UtcNow.Should().BeOnOrAfter(startsAt);

        (await ChangeAsync(id, new { sale_ends_at = DateTimeOffset.UtcNow })).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.BookAsync(id)).ShouldBeProblem(HttpStatusCode.Conflict, "sale_ended");
        (await api.Client.StatusAsync(id)).GetProperty("state").GetString().Should().Be("ended");
        (await StoredAsync(id)).Should().ContainSingle();
    }

    [Fact]
    public async Task Every_order_after_the_answer_to_a_pause_is_refused_while_many_buy()
    {
        using var buyers = new Buyers(40, api.Address);
        var id = await SetupAsync(100_000);
        using var stop = new CancellationTokenSource();
        var isPaused = 0;
        var late = 0;
        var selling = Task.WhenAll(Enumerable.Range(1, 40).Select(async user =>
        {
            while (!stop.IsCancellationRequested)
            {
                var sentAfterThePause = Volatile.Read(ref isPaused) == 1;
                var answer = await buyers.BuyAsync(id, user);
                if (answer.IsBooked && sentAfterThePause)
                {
                    Interlocked.Increment(ref late);
                }
                else if (!answer.IsBooked)
                {
                    answer.Code.Should().BeOneOf("paused", "busy");
                }
            }
        }));
        await Task.Delay(300);

        (await api.Client.PostAnswerAsync($"/events/{id}/pause", new { })).Status.Should().Be(HttpStatusCode.OK);
        Volatile.Write(ref isPaused, 1);
        await Task.Delay(300);
        await stop.CancelAsync();
        await selling;

        if (PreventsOverselling)
        {
            late.Should().Be(0);
        }

        var sold = (await StoredAsync(id)).Sum(ticket => ticket.Quantity);
        sold.Should().BePositive();
        (await StockAsync(id)).Sold.Should().Be(sold);
        (await api.Client.PostAnswerAsync($"/events/{id}/resume", new { })).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();
    }

    [Fact]
    public async Task A_sale_that_is_sold_out_and_paused_is_paused_and_a_limit_does_not_hide_that_it_is_sold_out()
    {
        var id = await SetupAsync(new { total_tickets = 2, strategy = strategy.Name(), max_per_user = 2 });
        (await api.Client.BookAsync(id, userId: 1, quantity: 2)).IsBooked.Should().BeTrue();

        (await api.Client.BookAsync(id, userId: 1)).Code.Should().Be("sold_out");
        (await api.Client.PostAnswerAsync($"/events/{id}/pause", new { })).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.BookAsync(id, userId: 1)).Code.Should().Be("paused");
    }

    [Fact]
    public async Task A_stock_that_grows_is_sold_at_once_and_never_shrinks_below_what_is_sold()
    {
        var id = await SetupAsync(2);
        (await api.Client.BookAsync(id, quantity: 2)).IsBooked.Should().BeTrue();
        (await api.Client.BookAsync(id)).Code.Should().Be("sold_out");

        (await ChangeAsync(id, new { total_tickets = 3 })).Json.GetProperty("available_tickets").GetInt32().Should().Be(1);
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();

        (await ChangeAsync(id, new { total_tickets = 2 })).ShouldBeProblem(HttpStatusCode.Conflict, "below_sold");
        (await api.Client.StatusAsync(id)).GetProperty("total_tickets").GetInt32().Should().Be(3);
    }

    /// <param name="take">How a buyer takes the ticket.</param>
    /// <param name="hasTaken">Whether an answer says that he has it.</param>
    /// <param name="check">Checks the event after each round.</param>
    private async Task RaceForTheLastTicketAsync(
        Func<Buyers, int, int, Task<Answer>> take, Func<Answer, bool> hasTaken, Func<int, IReadOnlyList<Answer>, Task> check)
    {
        const int crowd = 200;
        using var buyers = new Buyers(crowd, api.Address);
        var oversold = 0;
        var rounds = TestLength.Times(PreventsOverselling ? 1 : 3, 50); // naive must have its chance
        for (var round = 0; round < rounds; round++)
        {
            var id = await SetupAsync(1);

            var answers = await Task.WhenAll(Enumerable.Range(1, crowd).Select(user => take(buyers, id, user)));

            answers.Should().OnlyContain(answer => hasTaken(answer) || answer.Code == "sold_out");
            var taken = answers.Count(hasTaken);
            taken.Should().BeGreaterOrEqualTo(1);
            await check(id, answers);
            oversold += taken - 1;
        }

        ShouldHaveOversold(oversold);
    }

    private Task<Answer> ChangeAsync(int eventId, object change) => api.Client.SendAsync(HttpMethod.Patch, $"/events/{eventId}", change);

    private async Task<int> SetupAsync(object command) => (await api.Client.PostAnswerAsync("/setup", command)).Json.GetProperty("event_id").GetInt32();

    protected Task<int> SetupAsync(int tickets) => api.Client.SetupAsync(tickets, strategy.Name());

    /// <summary>The stock, the bookings and what the buyers were told must be one story.</summary>
    /// <param name="eventId">The event that was sold.</param>
    /// <param name="total">Its tickets.</param>
    /// <param name="answers">Every answer to an order for it. Those for other events are left out.</param>
    protected async Task ShouldAddUpAsync(int eventId, int total, IEnumerable<Answer> answers)
    {
        var told = Ticket.ToldIn(answers).Where(ticket => ticket.EventId == eventId).ToList();
        Ticket.ShouldBeThoseTold(await StoredAsync(eventId), told);
        var stock = await StockAsync(eventId);
        stock.Available.Should().Be(total - told.Sum(ticket => ticket.Quantity));
        stock.Bookings.Should().Be(told.Count);
    }

    /// <summary>Of two orders that were sent in turn with one key, one has booked each time that it was sent, and the other one never.</summary>
    /// <param name="answers">The answers, in the order of the requests: to the first order, to the second, to the first…</param>
    /// <param name="orderOf">0 for a booking of the first order, 1 for the second.</param>
    private static void OneOrderShouldHaveTheKey(IReadOnlyList<Answer> answers, Func<Ticket, int> orderOf)
    {
        var winner = orderOf(Ticket.ToldIn(answers).Should().ContainSingle().Which);
        answers.Where((_, i) => i % 2 == winner).Should().OnlyContain(answer => answer.IsBooked);
        answers.Where((_, i) => i % 2 != winner).Should().OnlyContain(answer => answer.Code == "idempotency_key_reused");
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

    /// <summary>
    /// The bookings after the last of those that were under way when their buyers hung up: two looks in a row find the same, and the stock is what
    /// they leave. Naive takes the tickets first and writes the booking later.
    /// </summary>
    private async Task<List<Ticket>> StableSalesAsync(int eventId, int total)
    {
        var seen = -1;
        var looks = await Eventually.GetAsync(
            async () =>
            {
                await Task.Delay(400);
                var before = seen;
                var stored = await StoredAsync(eventId);
                seen = stored.Count;
                return (Before: before, Stored: stored, Available: (await StockAsync(eventId)).Available);
            },
            look => look.Stored.Count == look.Before && look.Available == total - look.Stored.Sum(ticket => ticket.Quantity),
            TimeSpan.FromSeconds(30),
            look => $"{look.Before} bookings, then {look.Stored.Count}, and {look.Available} tickets left of {total}");
        return looks.Stored;
    }

    private async Task<List<Ticket>> StoredAsync(int eventId)
    {
        await using var db = await api.OpenDatabaseAsync();
        var bookings = await db.Bookings.AsNoTracking().Where(booking => booking.EventId == eventId).OrderBy(booking => booking.Id).ToListAsync();
        return bookings.ConvertAll(Ticket.In);
    }

    private async Task<Stock> StockAsync(int eventId)
    {
        await using var db = await api.OpenDatabaseAsync();
        return (await db.Events.AsNoTracking().SingleAsync(@event => @event.Id == eventId)).Stock;
    }
}
