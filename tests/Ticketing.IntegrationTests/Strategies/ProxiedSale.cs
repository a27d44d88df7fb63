using System.Text.RegularExpressions;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>An API whose way to the database leads through a proxy that cuts connections at COMMIT.</summary>
public sealed partial class ProxiedSale : IAsyncLifetime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private string _direct = "";

    public CuttingProxy Proxy { get; private set; } = null!;

    public ApiProcess Api { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _direct = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        var settings = new MySqlConnectionStringBuilder(_direct);
        Proxy = new CuttingProxy(settings.Server, (int)settings.Port, CommitStatement());
        settings.Server = "127.0.0.1";
        settings.Port = (uint)Proxy.Port;
        settings.SslMode = MySqlSslMode.Disabled;
        Api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = settings.ConnectionString,
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
            ["Booking__CommitPatienceSeconds"] = "1",
        });
    }

    /// <summary>Sets an event up, on a way that nothing is wrong with.</summary>
    public async Task<int> BeginAsync(int tickets, string strategy)
    {
        Proxy.Restore();
        await Eventually.HoldsAsync(Api.IsReadyAsync, _patience);
        return await Api.Client.SetupAsync(tickets, strategy);
    }

    /// <summary>Holds the row, until it is disposed of.</summary>
    public Task<IAsyncDisposable> LockEventAsync(int eventId) => RowLock.TakeAsync(_direct, eventId);

    /// <summary>The bookings of the event are exactly those that these answers confirmed.</summary>
    public async Task ShouldHaveAsync(int eventId, params Answer[] answers)
    {
        (await ReadBookingsAsync(_direct, eventId)).Select(booking => booking.Id)
            .Should().BeEquivalentTo(answers.Select(answer => answer.Json.GetProperty("booking_id").GetInt64()));
        var status = await Api.Client.StatusAsync(eventId);
        var sold = answers.Sum(answer => answer.Json.GetProperty("quantity").GetInt32());
        status.GetProperty("tickets_sold").GetInt32().Should().Be(sold);
        status.GetProperty("available_tickets").GetInt32().Should().Be(status.GetProperty("total_tickets").GetInt32() - sold);

        // Each buyer has got his own booking, and not his neighbour's.
        foreach (var answer in answers)
        {
            var mine = (await Api.Client.GetAnswerAsync($"/history?event_id={eventId}&user_id={answer.Json.GetProperty("user_id").GetInt32()}")).Json.GetProperty("items");
            mine.GetArrayLength().Should().Be(1);
            mine[0].GetProperty("booking_id").GetInt64().Should().Be(answer.Json.GetProperty("booking_id").GetInt64());
            mine[0].GetProperty("quantity").GetInt32().Should().Be(answer.Json.GetProperty("quantity").GetInt32());
        }
    }

    public async Task DisposeAsync()
    {
        await Api.DisposeAsync();
        await Proxy.DisposeAsync();
    }

    /// <summary>An event's bookings.</summary>
    public static async Task<List<(long Id, int User)>> ReadBookingsAsync(string connectionString, int eventId)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"SELECT id, user_id FROM bookings WHERE event_id = {eventId}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var bookings = new List<(long, int)>();
        while (await reader.ReadAsync())
        {
            bookings.Add((reader.GetInt64(0), reader.GetInt32(1)));
        }

        return bookings;
    }

    /// <summary>Neither the "read committed" with which every transaction begins, nor EF Core's "set autocommit".</summary>
    [GeneratedRegex("(?<!auto)commit(?!ted)", RegexOptions.IgnoreCase)]
    private static partial Regex CommitStatement();
}
