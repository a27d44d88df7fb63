using System.Net;
using MySqlConnector;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Galera;

/// <summary>
/// What the program sends to a MariaDB. A Galera node that ends a transaction between two statements of one text goes on with the next, which then commits by itself. So
/// a statement that writes is the first of its text, or asks for what was written before it.
/// </summary>
[Trait("Run", "Full")]
public sealed class LoneStatementsTests
{
    private static readonly string[] _writes = ["INSERT", "UPDATE", "DELETE"];

    [Fact]
    public async Task No_statement_can_be_carried_out_without_those_before_it()
    {
        await using var server = await MariaDbServer.StartAsync("log-output=TABLE");
        await using var redis = await RedisServer.StartAsync();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await server.CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = redis.ConnectionString,
        });
        await server.ExecuteAsync("SET GLOBAL general_log = ON");

        foreach (var strategy in BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name()))
        {
            var id = await api.Client.SetupAsync(tickets: 10, strategy);
            (await api.Client.BookAsync(id, userId: 1)).IsBooked.Should().BeTrue();
            (await api.Client.BookAsync(id, userId: 2, key: strategy)).IsBooked.Should().BeTrue();
            var held = await api.Client.HoldAsync(id, userId: 3);
            (await api.Client.EndHoldAsync(held.Json.GetProperty("hold_id").GetInt64(), "release")).Status.Should().Be(HttpStatusCode.OK);
            (await api.Client.SendAsync(HttpMethod.Patch, $"/events/{id}", new { total_tickets = 20 })).Status.Should().Be(HttpStatusCode.OK);
        }

        await server.ExecuteAsync("SET GLOBAL general_log = OFF");

        var texts = (await TextsAsync(server)).ConvertAll(text => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        texts.Should().Contain(text => IsWrite(text[0]), "else nothing was seen");
        texts.SelectMany(text => text.Skip(1)).Where(IsWrite).Should().OnlyContain(statement => statement.Contains("EXISTS", StringComparison.Ordinal));
    }

    private static bool IsWrite(string statement) => _writes.Any(write => statement.StartsWith(write, StringComparison.Ordinal));

    private static async Task<List<string>> TextsAsync(MariaDbServer server)
    {
        await using var connection = new MySqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE command_type = 'Query'", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
