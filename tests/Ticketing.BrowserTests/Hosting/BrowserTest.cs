using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Ticketing.TestServers;

namespace Ticketing.BrowserTests.Hosting;

/// <summary>A test in the browser. When it ends, no visitor may have a complaint.</summary>
[Collection(SharedBrowser.Name)]
[Trait("Run", "Full")]
public abstract class BrowserTest(Chromium chromium) : IAsyncLifetime
{
    private readonly List<Visitor> _visitors = [];
    private readonly List<ApiProcess> _servers = [];

    /// <summary>The test's own.</summary>
    protected TemporaryFolder Folder { get; } = new();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var visitor in _visitors)
        {
            await visitor.Page.Context.CloseAsync();
        }

        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Folder.Dispose();
        _visitors.SelectMany(visitor => visitor.Complaints).Should().BeEmpty();
    }

    /// <summary>Starts a server for this test, on SQLite. It ends after its visitors have left, as their pages would complain that it does not answer.</summary>
    protected Task<ApiProcess> StartServerAsync(params (string Name, string Value)[] settings) => StartServerAsync(SettingsOf(settings));

    /// <inheritdoc cref="StartServerAsync(ValueTuple{string, string}[])"/>
    protected async Task<ApiProcess> StartServerAsync(Dictionary<string, string?> settings, string? program = null, Uri? address = null)
    {
        var server = await ApiProcess.StartAsync(settings, program, address);
        _servers.Add(server);
        return server;
    }

    /// <summary>These settings, and a database in the test's folder.</summary>
    protected Dictionary<string, string?> SettingsOf(params (string Name, string Value)[] settings) =>
        new(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))) { ["ConnectionStrings__Ticketing"] = $"Data Source={Folder.File("tickets.db")}" };

    protected async Task<Visitor> VisitAsync(ApiProcess api, string path = "/", BrowserNewContextOptions? options = null, params string[] mayFail)
    {
        var visitor = await Visitor.ArriveAsync(chromium.Browser, api.Address, path, options, mayFail);
        _visitors.Add(visitor);
        return visitor;
    }

    /// <summary>Sets up an event past the page.</summary>
    protected static async Task<int> SetupAsync(ApiProcess api, int tickets, string strategy = "batched", string name = "Concert")
    {
        using var answer = await api.Client.PostAsJsonAsync("/setup", new { event_name = name, total_tickets = tickets, strategy });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("event_id").GetInt32();
    }

    /// <summary>Books past the page.</summary>
    protected static async Task BookAsync(ApiProcess api, int eventId, int quantity = 1)
    {
        using var answer = await api.Client.PostAsJsonAsync("/book", new { user_id = 1, event_id = eventId, quantity });
        answer.EnsureSuccessStatusCode();
    }

    protected static async Task<JsonElement> GetAsync(ApiProcess api, string path) =>
        await api.Client.GetFromJsonAsync<JsonElement>(path);

    /// <summary>How many tickets of the event are sold, asked past the page.</summary>
    protected static async Task<int> SoldAsync(ApiProcess api, int eventId) =>
        (await GetAsync(api, $"/status?event_id={eventId}")).GetProperty("tickets_sold").GetInt32();
}
