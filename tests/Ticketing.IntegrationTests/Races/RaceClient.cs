using System.Net;
using System.Text.Json;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Races;

/// <summary>Runs races, and looks at them.</summary>
internal static class RaceClient
{
    /// <summary>Runs a race to its end.</summary>
    public static async Task<JsonElement> RaceAsync(this HttpClient client, object settings)
    {
        var started = await client.PostAnswerAsync("/races", settings);
        started.Status.Should().Be(HttpStatusCode.Accepted, started.Text);
        return await client.RaceEndedAsync(started.Json.GetProperty("race_id").GetInt32());
    }

    public static async Task<JsonElement> RaceEndedAsync(this HttpClient client, int id) => (await Eventually.GetAsync(
        () => client.GetAnswerAsync($"/races/{id}"), answer => answer.Json.GetProperty("status").GetString() != "running", TimeSpan.FromMinutes(2), answer => answer.Text)).Json;

    public static JsonElement Lane(this JsonElement race, string strategy) =>
        race.GetProperty("lanes").EnumerateArray().Single(lane => lane.GetProperty("strategy").GetString() == strategy);

    public static long Oversold(this JsonElement lane) => lane.GetProperty("counted").GetProperty("oversold").GetInt64();

    public static void ShouldHaveSoldExactly(this JsonElement lane, int tickets)
    {
        var counted = lane.GetProperty("counted");
        counted.GetProperty("tickets_sold").GetInt64().Should().Be(tickets, "{0}", lane);
        counted.GetProperty("available_tickets").GetInt32().Should().Be(0, "{0}", lane);
    }

    /// <summary>Each buyer was answered, and what he was told is what the database holds.</summary>
    public static void ShouldHaveToldTheTruth(this JsonElement lane, int buyers)
    {
        lane.GetProperty("answered").GetInt32().Should().Be(buyers, "{0}", lane);
        lane.GetProperty("failed").GetInt32().Should().Be(0, "{0}", lane);
        lane.GetProperty("counted").GetProperty("bookings").GetInt32().Should().Be(lane.GetProperty("bookings").GetInt32());
    }
}
