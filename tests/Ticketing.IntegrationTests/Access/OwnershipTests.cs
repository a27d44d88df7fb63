using System.Net;
using Microsoft.EntityFrameworkCore;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Access;

/// <summary>A buyer sees and changes his own bookings, a seller those that it has made. Somebody else's do not exist.</summary>
[Trait("Run", "Full")]
[Collection(AccessTestGroup.Name)]
public sealed class OwnershipTests(AskingApi api)
{
    public static TheoryData<string> Strategies => [.. ApiFixture.Strategies];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task A_shop_has_its_own_bookings_and_keys_whatever_the_strategy(string strategy)
    {
        using var organizer = await api.ClientOfAsync(Role.Organizer);
        using var shop = await api.ClientOfAsync(Role.Seller, "shop");
        using var sameShop = await api.ClientOfAsync(Role.Seller, "shop"); // while one key replaces the other
        using var rival = await api.ClientOfAsync(Role.Seller, "rival");
        var id = await organizer.SetupAsync(20, strategy);

        var key = $"key-{Guid.NewGuid()}";
        var booked = await shop.BookAsync(id, userId: 7, key: key);
        booked.IsBooked.Should().BeTrue(booked.Text);
        (await sameShop.BookAsync(id, userId: 7, key: key)).IsReplayed.Should().BeTrue("it is the same caller");
        var other = await rival.BookAsync(id, userId: 7, quantity: 2, key: key);
        other.IsReplayed.Should().BeFalse("a key belongs to its caller");
        other.Json.GetProperty("booking_id").GetInt64().Should().NotBe(booked.Json.GetProperty("booking_id").GetInt64());

        var hold = (await shop.HoldAsync(id, userId: 8, key: $"hold-{key}")).HoldId;
        (await rival.EndHoldAsync(hold, "confirm")).ShouldBeProblem(HttpStatusCode.NotFound, "hold_not_found");
        (await rival.EndHoldAsync(hold, "release")).ShouldBeProblem(HttpStatusCode.NotFound, "hold_not_found");
        (await rival.ExtendAsync(hold, 600)).ShouldBeProblem(HttpStatusCode.NotFound, "hold_not_found");
        (await rival.GetAnswerAsync($"/bookings/{hold}")).ShouldBeProblem(HttpStatusCode.NotFound, "booking_not_found");
        (await rival.CancelAsync(hold)).ShouldBeProblem(HttpStatusCode.NotFound, "booking_not_found");
        (await sameShop.EndHoldAsync(hold, "confirm")).IsBooked.Should().BeTrue();
        var shown = await shop.GetAnswerAsync($"/bookings/{hold}");
        shown.BookingStatus.Should().Be("confirmed");
        shown.Headers["Cache-Control"].Should().Be("no-store");

        var history = await rival.GetAnswerAsync("/history?user_id=8");
        history.Json.GetProperty("total").GetInt64().Should().Be(0);
        history.Headers["Cache-Control"].Should().Be("no-store");
        (await rival.GetAnswerAsync("/history")).ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
        (await organizer.CancelAsync(hold)).Status.Should().Be(HttpStatusCode.OK, "who runs the sale may cancel any booking");

        await using var db = await api.OpenDatabaseAsync();
        var rows = await db.Bookings.Where(booking => booking.EventId == id).OrderBy(booking => booking.Id).ToListAsync();
        rows.Select(row => row.CreatedBy).Should().Equal("seller:shop", "seller:rival", "seller:shop");
        rows.Should().OnlyContain(row => row.IdempotencyKey!.StartsWith(' '), "no raw key begins like that");
    }

    [Fact]
    public async Task A_buyer_acts_for_himself_only()
    {
        using var organizer = await api.ClientOfAsync(Role.Organizer);
        using var shop = await api.ClientOfAsync(Role.Seller);
        using var buyer = await api.ClientOfAsync(Role.Buyer);
        using var other = api.ClientWith(await api.Issuer.TokenAsync($"{AskingApi.OtherBuyer}"));
        var id = await organizer.SetupAsync(20, "batched");

        (await buyer.BookAsync(id, AskingApi.OtherBuyer)).ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
        (await buyer.HoldAsync(id, AskingApi.OtherBuyer)).ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
        (await buyer.GetAnswerAsync($"/history?user_id={AskingApi.OtherBuyer}")).ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");

        var hold = (await buyer.HoldAsync(id, AskingApi.Buyer)).HoldId;
        (await other.EndHoldAsync(hold, "confirm")).ShouldBeProblem(HttpStatusCode.NotFound, "hold_not_found");
        (await buyer.EndHoldAsync(hold, "confirm")).IsBooked.Should().BeTrue();
        (await other.CancelAsync(hold)).ShouldBeProblem(HttpStatusCode.NotFound, "booking_not_found");

        // What a shop has sold to him is his too, and what it has sold to others is not.
        var his = (await shop.BookAsync(id, AskingApi.Buyer)).Json.GetProperty("booking_id").GetInt64();
        (await buyer.GetAnswerAsync($"/bookings/{his}")).Status.Should().Be(HttpStatusCode.OK);
        (await other.GetAnswerAsync($"/bookings/{his}")).ShouldBeProblem(HttpStatusCode.NotFound, "booking_not_found");

        var mine = await buyer.GetAnswerAsync($"/history?event_id={id}");
        mine.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("user_id").GetInt32()).Should().HaveCount(2).And.OnlyContain(user => user == AskingApi.Buyer);
        (await other.GetAnswerAsync($"/history?event_id={id}")).Json.GetProperty("total").GetInt64().Should().Be(0);
    }
}
