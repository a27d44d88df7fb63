using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Database;

/// <summary>The database's check constraint: whatever the program does, only naive can oversell.</summary>
[Trait("Run", "Full")]
public abstract class ConstraintTests(ApiFixture api)
{
    private const string Constraint = "ck_events_not_oversold";
    private const int Stock = 2;

    public static TheoryData<string> StrategiesThatHold => [.. BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name())];

    [Theory]
    [MemberData(nameof(StrategiesThatHold))]
    public async Task Stock_below_zero_is_refused_for_a_strategy_that_holds(string strategy)
    {
        var id = await api.Client.SetupAsync(Stock, strategy);

        var oversell = () => TakeAsync(id, Stock + 1);

        (await oversell.Should().ThrowAsync<DbException>()).Which.Message.Should().Contain(Constraint);
        (await AvailableAsync(id)).Should().Be(Stock);
        await TakeAsync(id, Stock);
        (await AvailableAsync(id)).Should().Be(0, "the last ticket may still be sold");
    }

    [Fact]
    public async Task Naive_can_oversell_and_an_oversold_event_cannot_change_its_strategy()
    {
        var id = await api.Client.SetupAsync(Stock, "naive");

        await TakeAsync(id, Stock + 1);

        (await AvailableAsync(id)).Should().Be(-1);
        await using var db = await api.OpenDatabaseAsync();
        var disguise = () => db.Database.ExecuteSqlAsync($"UPDATE events SET strategy = 'batched' WHERE id = {id}");
        (await disguise.Should().ThrowAsync<DbException>()).Which.Message.Should().Contain(Constraint);
    }

    private async Task TakeAsync(int eventId, int tickets)
    {
        await using var db = await api.OpenDatabaseAsync();
        await db.Database.ExecuteSqlAsync($"UPDATE events SET available_tickets = available_tickets - {tickets} WHERE id = {eventId}");
    }

    private async Task<int> AvailableAsync(int eventId)
    {
        await using var db = await api.OpenDatabaseAsync();
        return await db.Events.Where(@event => @event.Id == eventId).Select(@event => @event.AvailableTickets).SingleAsync();
    }
}

public sealed class MariaDbConstraintTests(MariaDbApi api) : ConstraintTests(api), IClassFixture<MariaDbApi>;

public sealed class SqliteConstraintTests(SqliteApi api) : ConstraintTests(api), IClassFixture<SqliteApi>;
