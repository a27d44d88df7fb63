using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>
/// What Nginx sends a second time when a backend dies while it has a request. One API stands behind two addresses; the way to one of them is
/// cut at the worst moment.
/// </summary>
[Trait("Run", "Full")]
public sealed partial class RetryTests(SingleApi api) : IClassFixture<SingleApi>, IAsyncLifetime
{
    private const int Orders = 8;

    private CuttingProxy _fragile = null!;
    private NginxServer _nginx = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _fragile = new(api.Address.Host, api.Address.Port, Order());
        _nginx = await NginxServer.StartAsync([new Uri($"http://{_fragile}"), api.Address]);
        _client = Http.Client(_nginx.Address);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _nginx.DisposeAsync();
        await _fragile.DisposeAsync();
    }

    [Fact]
    public async Task An_order_with_a_key_is_sent_again_and_books_once()
    {
        var id = await _client.SetupAsync(100);
        _fragile.CutAfter();

        var replies = await OrderAsync(id, keyed: true);

        _fragile.Cuts.Should().Be(1);
        replies.Should().OnlyContain(reply => reply.Name == "200");
        (await BookingsAsync(id)).Should().Be(Orders, "one of them was carried out twice, and booked once");
    }

    [Fact]
    public async Task An_order_without_a_key_that_a_backend_had_is_not_sent_again()
    {
        var id = await _client.SetupAsync(100);
        _fragile.CutAfter();

        var replies = await OrderAsync(id, keyed: false);

        _fragile.Cuts.Should().Be(1);
        replies.Select(reply => reply.Name).Should().ContainSingle(name => name == "503 outcome_unknown").And.Contain("200");
        (await BookingsAsync(id)).Should().Be(Orders, "the one of which nobody knows was booked, and booked once");
    }

    [Fact]
    public async Task An_order_without_a_key_that_may_have_reached_a_backend_is_not_sent_again()
    {
        var id = await _client.SetupAsync(100);
        _fragile.CutBefore();

        var replies = await OrderAsync(id, keyed: false);

        replies.Should().ContainSingle(reply => reply.Name == "503 outcome_unknown").Which.Headers["Retry-After"].Should().Be("1");
        (await BookingsAsync(id)).Should().Be(Orders - 1);
    }

    [Fact]
    public async Task Any_order_goes_to_another_backend_while_nobody_has_it_yet()
    {
        await using var nginx = await NginxServer.StartAsync([new Uri($"http://127.0.0.1:{Ports.Free()}"), api.Address]);
        using var client = Http.Client(nginx.Address);
        var id = await client.SetupAsync(100);

        var names = new List<string>();
        for (var i = 0; i < Orders; i++)
        {
            names.Add((await client.BookAsync(id)).Name);
        }

        names.Should().OnlyContain(name => name == "200");
    }

    [Fact]
    public async Task A_backend_that_declines_a_question_gets_no_more_orders()
    {
        await using var leaving = await api.StartAnotherAsync(drainSeconds: 5);
        await using var nginx = await NginxServer.StartAsync([leaving.Address, api.Address]);
        using var client = Http.Client(nginx.Address);
        var id = await client.SetupAsync(100);

        leaving.Process.Terminate();
        while (await leaving.IsReadyAsync())
        {
            await Task.Delay(10);
        }

        (await client.AskAsync($"/api/status?event_id={id}")).Name.Should().Be("200");
        (await client.AskAsync($"/api/status?event_id={id}")).Name.Should().Be("200");
        for (var i = 0; i < Orders; i++)
        {
            (await client.BookAsync(id)).Name.Should().Be("200");
        }

        await Task.Delay(TimeSpan.FromSeconds(1.5)); // the log is written once a second
        var orders = nginx.AccessLog.Split('\n').Where(line => line.Contains("\"/api/book\"", StringComparison.Ordinal)).ToList();
        orders.Should().HaveCount(Orders).And.NotContain(line => line.Contains($"{leaving.Address.Host}:{leaving.Address.Port}", StringComparison.Ordinal));
    }

    private async Task<List<Reply>> OrderAsync(int eventId, bool keyed)
    {
        var replies = new List<Reply>();
        for (var i = 0; i < Orders; i++)
        {
            replies.Add(await _client.BookAsync(eventId, userId: i + 1, keyed ? $"key-{eventId}-{i}" : null));
        }

        return replies;
    }

    private async Task<int> BookingsAsync(int eventId)
    {
        using var client = Http.Client(api.Address);
        return (await client.AskAsync($"/history?event_id={eventId}")).Json.GetProperty("total").GetInt32();
    }

    [GeneratedRegex("POST /book ")]
    private static partial Regex Order();
}
