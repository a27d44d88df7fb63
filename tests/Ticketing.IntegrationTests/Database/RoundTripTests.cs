using System.Text.RegularExpressions;
using MySqlConnector;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.IntegrationTests.Strategies;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>What a batch costs, counted on the wire to the database: one question, one answer to it, and COMMIT with the second question.</summary>
[Trait("Run", "Full")]
public sealed partial class RoundTripTests : IAsyncLifetime
{
    private string _direct = "";
    private CountingProxy _proxy = null!;
    private ApiProcess _api = null!;

    public async Task InitializeAsync()
    {
        _direct = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        var settings = new MySqlConnectionStringBuilder(_direct);
        _proxy = new(settings.Server, (int)settings.Port);
        settings.Server = "127.0.0.1";
        settings.Port = (uint)_proxy.Port;
        settings.SslMode = MySqlSslMode.Disabled;
        _api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = settings.ConnectionString,

            // Longer than a busy machine takes to let a crowd gather.
            ["Database__LockWaitTimeoutSeconds"] = "30",
            ["Database__CommandTimeoutSeconds"] = "30",
            ["Booking__PatienceSeconds"] = "30",
        });
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_takes_two_round_trips_however_many_orders_and_keys_it_has()
    {
        const int crowd = 100;
        var id = await _api.Client.SetupAsync(1_000, "batched");
        using var buyers = new Buyers(crowd, _api.Address);
        _proxy.Clear();

        // The row is held, so that the others gather behind the first order.
        Task<Answer>[] orders;
        await using (await RowLock.TakeAsync(_direct, id))
        {
            var first = OrderAsync(1);
            await Eventually.HoldsAsync(() => Task.FromResult(_proxy.Commands.Any(command => Beginning().IsMatch(command.Text))), TimeSpan.FromSeconds(20));
            orders = [first, .. Enumerable.Range(2, crowd - 1).Select(OrderAsync)];
            await Eventually.GetAsync(QueueDepthAsync, depth => depth >= crowd - 1, TimeSpan.FromSeconds(20));
        }

        (await Task.WhenAll(orders)).Should().OnlyContain(answer => answer.IsBooked);
        var batches = Batches();
        batches.Should().HaveCount(2, "the first went ahead, and the others had gathered");
        batches.Should().OnlyContain(batch => batch.Count == 2);
        batches.Sum(batch => Rows().Count(batch[1].Text)).Should().Be(crowd);

        Task<Answer> OrderAsync(int user) => buyers.BuyAsync(id, user, quantity: 1 + (user % 3), user % 2 == 0 ? $"{id}-{user}" : null);
    }

    [Fact]
    public async Task A_lone_order_takes_two_round_trips_and_a_repeated_one_two()
    {
        var id = await _api.Client.SetupAsync(10, "batched");
        (await _api.Client.BookAsync(id)).IsBooked.Should().BeTrue(); // whatever happens once has happened
        _proxy.Clear();

        (await _api.Client.BookAsync(id, key: $"{id}-lone")).IsBooked.Should().BeTrue();
        Batches().Should().ContainSingle().Which.Should().HaveCount(2);

        _proxy.Clear();
        (await _api.Client.BookAsync(id, key: $"{id}-lone")).Headers.Should().ContainKey("Idempotent-Replayed");

        // The buyer does not wait for the end of a transaction that writes nothing.
        await Eventually.HoldsAsync(() => Task.FromResult(_proxy.Commands.Any(command => Ending().IsMatch(command.Text))), TimeSpan.FromSeconds(20));
        Batches().Should().ContainSingle().Which.Should().HaveCount(2, "nothing is to be written, and the transaction ends all the same");
    }

    /// <summary>
    /// The commands of each connection, from one that begins a transaction to the one that ends it, everything in between included. Nothing
    /// else of this program begins one while a batch runs.
    /// </summary>
    private List<List<WireCommand>> Batches()
    {
        var batches = new List<List<WireCommand>>();
        foreach (var connection in _proxy.Commands.GroupBy(command => command.Connection))
        {
            List<WireCommand>? batch = null;
            foreach (var command in connection)
            {
                if (Beginning().IsMatch(command.Text))
                {
                    batch.Should().BeNull("a transaction that has begun must end first");
                    batch = [];
                }

                batch?.Add(command);
                if (batch is not null && Ending().IsMatch(command.Text))
                {
                    batches.Add(batch);
                    batch = null;
                }
            }

            batch.Should().BeNull("a transaction that has begun must end");
        }

        return batches;
    }

    private async Task<double> QueueDepthAsync() => (await Scrape.OfAsync(_api.Client)).Find("http_request_queue_depth") ?? 0;

    [GeneratedRegex("START TRANSACTION|BEGIN")]
    private static partial Regex Beginning();

    [GeneratedRegex("COMMIT|ROLLBACK")]
    private static partial Regex Ending();

    /// <summary>A row of the INSERT: <c>(user,event,quantity,…)</c>.</summary>
    [GeneratedRegex(@"\(\d+,\d+,\d+,")]
    private static partial Regex Rows();
}
