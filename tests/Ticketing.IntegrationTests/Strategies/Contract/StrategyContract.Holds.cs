using System.Net;
using Microsoft.EntityFrameworkCore;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies.Contract;

/// <summary>What every strategy must do with tickets that are held, and with those that come back.</summary>
public abstract partial class StrategyContract
{
    /// <summary>The sweeper looks once a second, and a batch takes its time; a busy test machine takes more.</summary>
    private static readonly TimeSpan _sweep = TimeSpan.FromSeconds(20);

    [Fact]
    public Task The_last_ticket_is_held_by_one_of_two_hundred_buyers() => RaceForTheLastTicketAsync(
        (buyers, id, user) => buyers.HoldAsync(id, user),
        answer => answer.IsHeld,
        async (id, answers) =>
        {
            var held = answers.Count(answer => answer.IsHeld);
            (await StockAsync(id)).Should().Match<Stock>(stock => stock.Held == held && stock.Available == 1 - held && stock.Bookings == 0);
        });

    [Fact]
    public async Task A_held_ticket_is_not_sold_and_a_released_one_is()
    {
        var id = await SetupAsync(2);
        var hold = await api.Client.HoldAsync(id, userId: 7, quantity: 2);
        hold.Status.Should().Be(HttpStatusCode.Created, hold.Text);
        hold.Headers["Location"].Should().Be($"/bookings/{hold.HoldId}");
        hold.BookingStatus.Should().Be("held");
        hold.Json.GetProperty("expires_in_seconds").GetDouble().Should().BeInRange(590, 600, "600 is the default");
        await ShouldBeAsync(id, available: 0, held: 2, bookings: 0);

        var refused = await api.Client.BookAsync(id);
        refused.ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");
        refused.Json.GetProperty("held_tickets").GetInt32().Should().Be(2);

        var released = await api.Client.EndHoldAsync(hold.HoldId, "release");
        released.Text.Should().Be("""{"status":"released","returned":2}""");
        (await api.Client.EndHoldAsync(hold.HoldId, "release")).Text.Should().Be("""{"status":"released","returned":0}""");
        (await api.Client.EndHoldAsync(hold.HoldId, "confirm")).ShouldBeProblem(HttpStatusCode.Conflict, "hold_released");
        (await api.Client.BookAsync(id)).IsBooked.Should().BeTrue();
        await ShouldBeAsync(id, available: 1, held: 0, bookings: 1);
    }

    [Fact]
    public async Task A_confirmed_hold_is_sold_and_a_cancelled_booking_is_sold_again()
    {
        var id = await SetupAsync(2);
        var hold = await api.Client.HoldAsync(id, userId: 7, quantity: 2);

        var confirmed = await api.Client.EndHoldAsync(hold.HoldId, "confirm");
        confirmed.Status.Should().Be(HttpStatusCode.OK, confirmed.Text);
        confirmed.IsReplayed.Should().BeFalse();
        Ticket.In(confirmed).Should().Be(new Ticket(hold.HoldId, id, 7, 2));
        var again = await api.Client.EndHoldAsync(hold.HoldId, "confirm");
        again.Text.Should().Be(confirmed.Text);
        again.IsReplayed.Should().BeTrue();
        await ShouldBeAsync(id, available: 0, held: 0, bookings: 1);
        (await api.Client.EndHoldAsync(hold.HoldId, "release")).ShouldBeProblem(HttpStatusCode.Conflict, "hold_confirmed");
        (await api.Client.ExtendAsync(hold.HoldId, 60)).ShouldBeProblem(HttpStatusCode.Conflict, "hold_confirmed");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => api.Client.CancelAsync(hold.HoldId)));
        answers.Select(answer => answer.Text).Order().Should().Equal(
            [.. Enumerable.Repeat("""{"status":"cancelled","returned":0}""", 19), """{"status":"cancelled","returned":2}"""]);
        await ShouldBeAsync(id, available: 2, held: 0, bookings: 0);
        (await api.Client.EndHoldAsync(hold.HoldId, "confirm")).ShouldBeProblem(HttpStatusCode.Conflict, "booking_cancelled");
        (await api.Client.BookAsync(id, quantity: 2)).IsBooked.Should().BeTrue();
        (await api.Client.GetAnswerAsync($"/bookings/{hold.HoldId}")).BookingStatus.Should().Be("cancelled");
    }

    [Fact]
    public async Task A_lapsed_hold_is_sold_again_at_once_and_comes_back_by_itself()
    {
        var id = await SetupAsync(1);
        var hold = await api.Client.HoldAsync(id, seconds: 1);
        var expiresAt = hold.Json.GetProperty("expires_at").GetDateTimeOffset();

        // The buyer asks all the time: not once may he be told "sold out" after the deadline, whether the sweeper has been there or not.
        Answer bought;
        DateTimeOffset asked;
        do
        {
            asked = DateTimeOffset.UtcNow;
            bought = await api.Client.BookAsync(id, userId: 2);
        }
        while (!bought.IsBooked && asked <= expiresAt);

        bought.IsBooked.Should().BeTrue(bought.Text);
        DateTimeOffset.UtcNow.Should().BeAfter(expiresAt);
        (await api.Client.EndHoldAsync(hold.HoldId, "confirm")).ShouldBeProblem(HttpStatusCode.Conflict, "hold_expired");
        (await api.Client.EndHoldAsync(hold.HoldId, "release")).Text.Should().Be("""{"status":"expired","returned":0}""");
        await ShouldBeAsync(id, available: 0, held: 0, bookings: 1);

        var quiet = await SetupAsync(3);
        hold = await api.Client.HoldAsync(quiet, quantity: 3);
        await LetLapseAsync(hold.HoldId);
        await Eventually.HoldsAsync(async () => (await StockAsync(quiet)) is { Available: 3, Held: 0 }, _sweep);
        (await api.Client.GetAnswerAsync($"/bookings/{hold.HoldId}")).BookingStatus.Should().Be("expired");
    }

    [Fact]
    public async Task Of_expiry_and_confirm_exactly_one_wins_in_two_hundred_rounds()
    {
        const int rounds = 200;
        using var buyers = new Buyers(50, api.Address);
        var id = await SetupAsync(rounds);

        var told = await Task.WhenAll(Enumerable.Range(1, rounds).Select(async user =>
        {
            var hold = await buyers.HoldAsync(id, user, seconds: 1);
            hold.IsHeld.Should().BeTrue(hold.Text);

            // Some before the deadline, some after it, and many in the few milliseconds around it.
            var moment = hold.Json.GetProperty("expires_at").GetDateTimeOffset() + TimeSpan.FromMilliseconds(((user % 41) - 20) * (user % 4 == 0 ? 10 : 0.5));
            await Task.Delay(moment - DateTimeOffset.UtcNow is { Ticks: > 0 } wait ? wait : TimeSpan.Zero);
            var answer = await buyers.EndHoldAsync(hold.HoldId, "confirm");
            (answer.Code ?? "hold_expired").Should().Be("hold_expired");
            return (hold.HoldId, IsConfirmed: answer.IsBooked);
        }));

        await Eventually.HoldsAsync(async () => (await StockAsync(id)).Held == 0, _sweep);
        var confirmed = told.Count(round => round.IsConfirmed);
        await ShouldBeAsync(id, available: rounds - confirmed, held: 0, bookings: confirmed);
        foreach (var (booking, round) in (await BookingsAsync(id)).Zip(told.OrderBy(round => round.HoldId)))
        {
            booking.Status.Should().Be(round.IsConfirmed ? BookingStatus.Confirmed : BookingStatus.Expired);
            booking.ExpiresAt.Should().BeNull();
        }
    }

    [Fact]
    public async Task Of_confirm_release_and_cancel_at_once_one_wins_and_the_stock_comes_back_once()
    {
        const int rounds = 40;
        using var buyers = new Buyers(60, api.Address);
        var id = await SetupAsync(3 * rounds);

        await Task.WhenAll(Enumerable.Range(1, rounds).Select(async user =>
        {
            var hold = await buyers.HoldAsync(id, user, quantity: 3);
            var answers = await Task.WhenAll(
                buyers.EndHoldAsync(hold.HoldId, "confirm"), buyers.EndHoldAsync(hold.HoldId, "release"), buyers.EndHoldAsync(hold.HoldId, "release"));
            var returned = answers.Skip(1).Where(answer => answer.IsBooked).Sum(answer => answer.Json.GetProperty("returned").GetInt32());
            if (answers[0].IsBooked)
            {
                answers.Skip(1).Should().OnlyContain(answer => answer.Code == "hold_confirmed");
            }
            else
            {
                answers[0].Code.Should().Be("hold_released");
                returned.Should().Be(3, "two releases return the tickets once");
            }
        }));

        var bookings = await BookingsAsync(id);
        var sold = bookings.Count(booking => booking.Status == BookingStatus.Confirmed);
        bookings.Should().OnlyContain(booking => booking.Status == BookingStatus.Confirmed || booking.Status == BookingStatus.Released);
        await ShouldBeAsync(id, available: 3 * (rounds - sold), held: 0, bookings: sold);
    }

    [Fact]
    public async Task A_key_holds_once_and_belongs_to_what_it_was_sent_with()
    {
        using var buyers = new Buyers(20, api.Address);
        var id = await SetupAsync(100); // enough for each of them: naive takes the tickets before the key refuses them
        var key = $"key-{Guid.NewGuid()}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => buyers.HoldAsync(id, userId: 7, quantity: 2, seconds: 300, key)));
        answers.Select(answer => answer.HoldId).Distinct().Should().ContainSingle();
        answers.Count(answer => answer.IsHeld).Should().Be(1);
        answers.Where(answer => !answer.IsHeld).Should().OnlyContain(answer => answer.IsReplayed && answer.BookingStatus == "held");
        await ShouldBeAsync(id, available: 98, held: 2, bookings: 0);

        (await api.Client.HoldAsync(id, 7, 2, 301, key)).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        (await api.Client.BookAsync(id, 7, 2, key)).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        await api.Client.EndHoldAsync(answers[0].HoldId, "release");
        var repeated = await api.Client.HoldAsync(id, 7, 2, 300, key);
        repeated.Status.Should().Be(HttpStatusCode.OK);
        repeated.BookingStatus.Should().Be("released", "a repetition answers with what the hold is now");

        var booked = await api.Client.BookAsync(id, 7, 2, "book" + key);
        await api.Client.CancelAsync(Ticket.In(booked).BookingId);
        (await api.Client.BookAsync(id, 7, 2, "book" + key)).ShouldBeProblem(HttpStatusCode.Conflict, "booking_cancelled");
        (await api.Client.HoldAsync(id, 7, 2, null, "book" + key)).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_hold_that_was_refused_uses_no_key()
    {
        var id = await SetupAsync(1);
        var key = $"key-{Guid.NewGuid()}";
        (await api.Client.HoldAsync(id, 7, 2, key: key)).ShouldBeProblem(HttpStatusCode.BadRequest, "not_enough_tickets");
        var tooLong = await api.Client.HoldAsync(id, 7, 1, 1801, key);
        tooLong.ShouldBeProblem(HttpStatusCode.Conflict, "hold_limit_reached");
        tooLong.Json.GetProperty("max_hold_seconds").GetInt32().Should().Be(1800);

        (await api.Client.HoldAsync(id, 7, 1, key: key)).IsHeld.Should().BeTrue();
    }

    [Fact]
    public async Task A_limit_counts_what_is_held_and_what_is_sold_but_not_what_was_given_back()
    {
        var id = await SetupAsync(new { total_tickets = 100, strategy = strategy.Name(), max_per_user = 4 });
        var hold = await api.Client.HoldAsync(id, userId: 7, quantity: 3);
        (await api.Client.BookAsync(id, userId: 7, quantity: 2)).Json.GetProperty("remaining_for_user").GetInt32().Should().Be(1);
        (await api.Client.BookAsync(id, userId: 7)).IsBooked.Should().BeTrue();
        (await api.Client.HoldAsync(id, userId: 7)).ShouldBeProblem(HttpStatusCode.Conflict, "limit_reached");

        await api.Client.EndHoldAsync(hold.HoldId, "release");
        (await api.Client.BookAsync(id, userId: 7, quantity: 4)).Json.GetProperty("remaining_for_user").GetInt32().Should().Be(3);
        hold = await api.Client.HoldAsync(id, userId: 7, quantity: 3);
        hold.IsHeld.Should().BeTrue(hold.Text);
        await LetLapseAsync(hold.HoldId);
        (await api.Client.BookAsync(id, userId: 7, quantity: 3)).IsBooked.Should().BeTrue("what has lapsed does not count, even before it is swept");
    }

    [Fact]
    public async Task A_hold_can_be_extended_up_to_the_limit_but_not_while_the_sale_is_paused()
    {
        var id = await SetupAsync(new { total_tickets = 10, strategy = strategy.Name(), hold_seconds = 10, max_hold_seconds = 100 });
        var hold = await api.Client.HoldAsync(id);
        hold.Json.GetProperty("expires_in_seconds").GetDouble().Should().BeInRange(5, 10);

        var extended = await api.Client.ExtendAsync(hold.HoldId, 80);
        extended.Status.Should().Be(HttpStatusCode.OK, extended.Text);
        extended.Json.GetProperty("expires_in_seconds").GetDouble().Should().BeInRange(75, 80);
        (await api.Client.ExtendAsync(hold.HoldId, 20)).Json.GetProperty("expires_at").GetString().Should().Be(extended.Json.GetProperty("expires_at").GetString(), "it never becomes shorter");
        (await api.Client.ExtendAsync(hold.HoldId, 101)).ShouldBeProblem(HttpStatusCode.Conflict, "hold_limit_reached");

        await api.Client.PostAnswerAsync($"/events/{id}/pause", new { });
        (await api.Client.ExtendAsync(hold.HoldId, 90)).ShouldBeProblem(HttpStatusCode.Conflict, "paused");
        (await api.Client.HoldAsync(id)).ShouldBeProblem(HttpStatusCode.Conflict, "paused");
        (await api.Client.EndHoldAsync(hold.HoldId, "confirm")).IsBooked.Should().BeTrue("what is held can be bought, although the sale is paused");
    }

    [Fact]
    public async Task Tickets_that_come_and_go_are_all_there_in_the_end()
    {
        var crowd = TestLength.Times(15, 30);
        var tickets = crowd * 2 / 3;
        using var buyers = new Buyers(crowd, api.Address);
        var id = await SetupAsync(tickets);

        await Task.WhenAll(Enumerable.Range(1, crowd).Select(async user =>
        {
            for (var round = 0; round < TestLength.Times(4, 6); round++)
            {
                var hold = await buyers.HoldAsync(id, user, quantity: 1 + (user % 2));
                if (!hold.IsHeld)
                {
                    hold.Code.Should().BeOneOf("sold_out", "not_enough_tickets");
                    continue;
                }

                if ((user + round) % 3 == 0)
                {
                    (await buyers.EndHoldAsync(hold.HoldId, "confirm")).IsBooked.Should().BeTrue();
                    (await buyers.CancelAsync(hold.HoldId)).Json.GetProperty("returned").GetInt32().Should().Be(1 + (user % 2));
                }
                else
                {
                    (await buyers.EndHoldAsync(hold.HoldId, "release")).Json.GetProperty("returned").GetInt32().Should().Be(1 + (user % 2));
                }
            }
        }));

        await ShouldBeAsync(id, available: tickets, held: 0, bookings: 0);
        if (PreventsOverselling)
        {
            (await api.Client.BookAsync(id, quantity: 10)).IsBooked.Should().BeTrue();
        }
    }

    [Fact]
    public async Task What_does_not_exist_cannot_be_changed()
    {
        foreach (var id in (long[])[0, -1, long.MaxValue])
        {
            (await api.Client.EndHoldAsync(id, "confirm")).ShouldBeProblem(HttpStatusCode.NotFound, "hold_not_found");
            (await api.Client.EndHoldAsync(id, "release")).ShouldBeProblem(HttpStatusCode.NotFound, "hold_not_found");
            (await api.Client.ExtendAsync(id, 60)).ShouldBeProblem(HttpStatusCode.NotFound, "hold_not_found");
            (await api.Client.CancelAsync(id)).ShouldBeProblem(HttpStatusCode.NotFound, "booking_not_found");
            (await api.Client.GetAnswerAsync($"/bookings/{id}")).ShouldBeProblem(HttpStatusCode.NotFound, "booking_not_found");
        }

        var hold = await api.Client.HoldAsync(await SetupAsync(1));
        (await api.Client.CancelAsync(hold.HoldId)).ShouldBeProblem(HttpStatusCode.Conflict, "not_confirmed");
    }

    /// <summary>Brings the deadline of a hold forward to now.</summary>
    private async Task LetLapseAsync(long holdId)
    {
        await using var db = await api.OpenDatabaseAsync();
        await db.Bookings.Where(booking => booking.Id == holdId).ExecuteUpdateAsync(set => set.SetProperty(booking => booking.ExpiresAt, DateTime.UtcNow));
    }

    /// <summary>The stock is this, in the database and in the status, and the rows are what it is made of.</summary>
    private async Task ShouldBeAsync(int eventId, int available, int held, int bookings)
    {
        var rows = await BookingsAsync(eventId);
        (await StockAsync(eventId)).Should().Match<Stock>(stock =>
            stock.Available == available && stock.Held == held && stock.Bookings == bookings
            && stock.Sold == rows.Where(row => row.Status == BookingStatus.Confirmed).Sum(row => row.Quantity)
            && stock.Held == rows.Where(row => row.Status == BookingStatus.Held).Sum(row => row.Quantity)
            && stock.Bookings == rows.Count(row => row.Status == BookingStatus.Confirmed));
        var status = await api.Client.StatusAsync(eventId);
        status.GetProperty("available_tickets").GetInt32().Should().Be(available);
        status.GetProperty("held_tickets").GetInt32().Should().Be(held);
        status.GetProperty("bookings").GetInt32().Should().Be(bookings);
    }

    private async Task<List<Booking>> BookingsAsync(int eventId)
    {
        await using var db = await api.OpenDatabaseAsync();
        return await db.Bookings.AsNoTracking().Where(booking => booking.EventId == eventId).OrderBy(booking => booking.Id).ToListAsync();
    }
}
