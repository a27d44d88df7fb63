using System.Net;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>Others have used up the connections of the server. Those of the pool still work.</summary>
[Trait("Run", "Full")]
public sealed class FullServerTests
{
    [Fact]
    public async Task Orders_go_on_with_the_connections_of_the_pool()
    {
        await using var server = await MariaDbProcess.StartAsync("max-connections=60");
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = $"{server.ConnectionString};Database=ticketing" });
        var id = await api.Client.SetupAsync(100, "batched");
        await Task.WhenAll(Enumerable.Range(1, 60).Select(user => api.Client.GetAnswerAsync($"/history?user_id={user}"))); // fills the pool

        var others = new Stack<MySqlConnection>();
        try
        {
            await UseUpAsync(server, others);
            await Task.Delay(TimeSpan.FromSeconds(3)); // two probes, or more, have been refused

            for (var user = 1; user <= 20; user++)
            {
                (await api.Client.BookAsync(id, user)).Status.Should().Be(HttpStatusCode.OK, api.Output);
            }

            (await api.IsReadyAsync()).Should().BeTrue();
        }
        finally
        {
            foreach (var other in others)
            {
                await other.DisposeAsync();
            }
        }
    }

    private static async Task UseUpAsync(MariaDbProcess server, Stack<MySqlConnection> connections)
    {
        while (true)
        {
            var connection = new MySqlConnection(server.ConnectionString + ";Pooling=false");
            connections.Push(connection);
            try
            {
                await connection.OpenAsync();
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.ConnectionCountError)
            {
                return;
            }
        }
    }
}
