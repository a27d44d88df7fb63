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

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var visitor in _visitors)
        {
            await visitor.Page.Context.CloseAsync();
        }

        _visitors.SelectMany(visitor => visitor.Complaints).Should().BeEmpty();
    }

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
