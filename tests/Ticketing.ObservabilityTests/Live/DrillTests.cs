using System.Net;
using MySqlConnector;
using Ticketing.ObservabilityTests.Files;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Live;

/// <summary>Two incidents from beginning to end, by the runbooks: the alert fires, somebody is told, the steps are taken, the alert ends, and that is told too.</summary>
/// <remarks>Time runs <see cref="PrometheusServer.TimesFaster"/> times faster in this Prometheus; the rules are the real ones otherwise.</remarks>
[Trait("Run", "Full")]
public sealed class DrillTests(ObservedSystem system) : IClassFixture<ObservedSystem>
{
    private static readonly TimeSpan _cached = TimeSpan.FromSeconds(5.5);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_oversold_event_fires_an_alert_until_its_surplus_is_returned()
    {
        const int tickets = 20;
        var eventId = await system.Replicas[0].SetupAsync(tickets, "naive");
        await Task.WhenAll(Enumerable.Range(1, 60).Select(user => system.Replicas[user % 2].BookAsync(eventId, user)));
        (await system.Replicas[0].StatusAsync(eventId)).GetProperty("oversold").GetInt32().Should().BePositive("that is what naive is for");

        await system.EventuallyAsync("the alert for the oversold event to fire", alerts => alerts.Any(alert => IsFor(alert, eventId) && alert.IsFiring), _patience);

        foreach (var receiver in (string[])["webhook", "pager"])
        {
            var told = await system.Receivers.WaitForAsync($"{receiver} to be told", message => message.Receiver == receiver && message.IsAbout("TicketsOversold", "firing"));
            told.Message.GetProperty("commonAnnotations").GetProperty("runbook_url").GetString().Should().EndWith("/runbooks/tickets-oversold.md");
        }

        (await system.Receivers.WaitForAsync("the Slack channel to be told", message => message.Receiver == "slack" && message.Message.ToString().Contains("TicketsOversold", StringComparison.Ordinal)))
            .Message.ToString().Should().Contain("tickets-oversold.md|What to do");
        await Eventually.HoldsAsync(
            () => Task.FromResult(system.Receivers.Mails.Any(mail => mail.Contains("To: duty@venue.example", StringComparison.Ordinal) && mail.Contains("TicketsOversold", StringComparison.Ordinal))),
            _patience);

        await RunStatementsAsync("tickets-oversold.md", eventId, statement => statement.Contains("DELETE FROM bookings", StringComparison.Ordinal));
        await system.EventuallyAsync("the alert for the oversold event to resolve", alerts => !alerts.Any(alert => IsFor(alert, eventId)), _patience);

        await system.Receivers.WaitForAsync("the end to be told", message => message.Receiver == "webhook" && message.IsAbout("TicketsOversold", "resolved"));

        // The program's caches do not see these statements: their answers may be a few seconds old.
        await Task.Delay(_cached);
        var status = await system.Replicas[0].StatusAsync(eventId);
        status.GetProperty("tickets_sold").GetInt32().Should().Be(tickets);
        status.GetProperty("available_tickets").GetInt32().Should().Be(0);
        status.GetProperty("oversold").GetInt32().Should().Be(0);

        // The last step of the page: a backend uses the new strategy of the event only after a restart.
        var restarted = await system.AddReplicaAsync();
        await using var connection = new MySqlConnection(system.ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(
            $"DELETE FROM bookings WHERE event_id = {eventId} ORDER BY id LIMIT 1; UPDATE events SET available_tickets = 1 WHERE id = {eventId}", connection);
        await command.ExecuteNonQueryAsync();
        var booked = await Task.WhenAll(Enumerable.Range(1, 30).Select(user => restarted.BookAsync(eventId, user)));
        booked.Count(one => one).Should().Be(1);
    }

    [Fact]
    public async Task A_stopped_database_fires_an_alert_until_it_is_available()
    {
        await system.EventuallyAsync("calm", alerts => !alerts.Any(IsAboutTheDatabase), _patience);

        await system.Database.StopAsync();
        try
        {
            await system.EventuallyAsync(
                "the database alert to fire for both replicas",
                alerts => alerts.Count(alert => alert.Name == "DatabaseUnreachable" && alert.IsFiring) == system.Replicas.Count,
                _patience);
            await system.Receivers.WaitForAsync("somebody to be called", message => message.Receiver == "pager" && message.IsAbout("DatabaseUnreachable", "firing"));
            await Eventually.HoldsAsync(async () => (await system.Alertmanager.InhibitedAsync()).Contains("DatabaseConnectionErrors"), _patience);
            using var health = await system.Replicas[0].Client.GetAsync(new Uri("/health", UriKind.Relative));
            health.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            (await system.Prometheus.QueryAsync("sum(up{job=\"ticketing\"})")).Single().Value.Should().Be(2, "the backends run and still export metrics");
        }
        finally
        {
            await system.Database.StartAsync();
        }

        await system.EventuallyAsync("the database alert to resolve", alerts => !alerts.Any(IsAboutTheDatabase), _patience);
        (await system.Replicas[0].SetupAsync(1, "batched")).Should().BePositive("the backends need no restart");
    }

    [Fact]
    public async Task A_heartbeat_says_that_alerts_get_out()
    {
        await Eventually.HoldsAsync(() => Task.FromResult(Heartbeats() >= 2), _patience);
        system.Receivers.Notifications.Where(message => message.IsAbout("Heartbeat", "firing")).Should().OnlyContain(message => message.Receiver == "heartbeat");
    }

    [LongFact]
    public async Task Without_Prometheus_the_heartbeat_stops()
    {
        await Eventually.HoldsAsync(() => Task.FromResult(Heartbeats() >= 1), _patience);
        system.Prometheus.Process.Freeze();
        try
        {
            var beats = -1;
            await Eventually.HoldsAsync(
                async () =>
                {
                    beats = Heartbeats();
                    await Task.Delay(TimeSpan.FromSeconds(3 * 60 / PrometheusServer.TimesFaster)); // three that do not come
                    return Heartbeats() == beats;
                },
                TimeSpan.FromMinutes(2));
        }
        finally
        {
            system.Prometheus.Process.Thaw();
        }
    }

    private int Heartbeats() => system.Receivers.Notifications.Count(message => message.Receiver == "heartbeat");

    private static bool IsFor(RaisedAlert alert, int eventId) => alert.Name == "TicketsOversold" && alert.Labels["event_id"] == $"{eventId}";

    private static bool IsAboutTheDatabase(RaisedAlert alert) => alert.Name is "DatabaseUnreachable" or "DatabaseConnectionErrors";

    /// <summary>Runs the statements of a runbook as an operator would: only the event's id is replaced.</summary>
    private async Task RunStatementsAsync(string page, int eventId, Func<string, bool> choose)
    {
        const string place = "SET @event = 1;";
        await using var connection = new MySqlConnection(system.ConnectionString + ";AllowUserVariables=true");
        await connection.OpenAsync();
        var statements = Runbook.Named(page).Statements.Where(statement => statement.Contains(place, StringComparison.Ordinal) && choose(statement)).ToList();
        statements.Should().ContainSingle();
        await using var command = new MySqlCommand(statements[0].Replace(place, $"SET @event = {eventId};", StringComparison.Ordinal), connection);
        await command.ExecuteNonQueryAsync();
    }
}
