using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>Another server takes over. The old one can only be read from then on, and its connections stay open.</summary>
[Trait("Run", "Full")]
public sealed partial class FailOverTests : IAsyncLifetime
{
    private const string User = "ticketing";

    private MariaDbServer _old = null!;
    private MariaDbServer _new = null!;

    public async Task InitializeAsync()
    {
        _old = await MariaDbServer.StartAsync();
        _new = await MariaDbServer.StartAsync();
        foreach (var server in (MariaDbServer[])[_old, _new])
        {
            await using (var migration = ApiProcess.Run(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"{server.ConnectionString};Database=ticketing" }, "--migrate"))
            {
                await migration.WaitForExitAsync(TimeSpan.FromSeconds(60));
                migration.ExitCode.Should().Be(0, migration.Output);
            }

            // As replication would have it: the same event on both. And a user to whom read_only applies.
            await server.ExecuteAsync(
                $"""
                INSERT INTO ticketing.events (id, name, total_tickets, available_tickets, strategy, version, created_at) VALUES (1, 'Concert', 1000, 1000, 'batched', 0, NOW());
                CREATE USER {User} IDENTIFIED BY '{User}';
                GRANT SELECT, INSERT, UPDATE, DELETE ON ticketing.* TO {User}
                """);
        }
    }

    public async Task DisposeAsync()
    {
        await _old.DisposeAsync();
        await _new.DisposeAsync();
    }

    [Fact]
    public async Task Orders_go_to_the_new_server_within_ten_seconds_and_until_then_it_is_not_ready()
    {
        await using var proxy = new CuttingProxy("127.0.0.1", PortOf(_old), Nothing());
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={proxy.Port};User ID={User};Password={User};Database=ticketing"),
            ["Database__MigrateOnStart"] = "false",
        });
        await Task.WhenAll(Enumerable.Range(1, 60).Select(user => api.Client.GetAnswerAsync($"/history?user_id={user}"))); // fills the pool
        (await api.Client.BookAsync(1)).Status.Should().Be(HttpStatusCode.OK);

        await _old.ExecuteAsync("SET GLOBAL read_only = 1");
        (await api.Client.BookAsync(1)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "database_unavailable");
        await Eventually.HoldsAsync(async () => !await api.IsReadyAsync(), TimeSpan.FromSeconds(10), () => "an order cannot be written");
        (await api.Client.GetAnswerAsync("/status?event_id=1")).Status.Should().Be(HttpStatusCode.OK, "it can be read");

        proxy.LeadTo(PortOf(_new));
        await Eventually.HoldsAsync(async () => (await api.Client.BookAsync(1, userId: 7)).IsBooked, TimeSpan.FromSeconds(10), () => api.Output);
        await Eventually.HoldsAsync(api.IsReadyAsync, TimeSpan.FromSeconds(5));

        var answers = await Task.WhenAll(Enumerable.Range(100, 60).Select(user => api.Client.BookAsync(1, user)));
        answers.Should().OnlyContain(answer => answer.IsBooked, "no connection to the old server is left");
        Convert.ToInt64(await _new.QueryAsync("SELECT COUNT(*) FROM ticketing.bookings WHERE user_id >= 7"), CultureInfo.InvariantCulture).Should().Be(61);
        Convert.ToInt64(await _old.QueryAsync("SELECT COUNT(*) FROM ticketing.bookings"), CultureInfo.InvariantCulture).Should().Be(1);
    }

    private static int PortOf(MariaDbServer server) => (int)new MySqlConnectionStringBuilder(server.ConnectionString).Port;

    [GeneratedRegex("(?!)")]
    private static partial Regex Nothing();
}
