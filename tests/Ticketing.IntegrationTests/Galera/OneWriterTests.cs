using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.IntegrationTests.Strategies;
using Ticketing.TestServers;
using Xunit.Abstractions;

namespace Ticketing.IntegrationTests.Galera;

/// <summary>
/// A cluster as it is meant to be used: HAProxy sends every connection to one node. While buyers order, that node is lost, in each way that there is, and comes back.
/// A long run has ten rounds.
/// </summary>
[Trait("Run", "Alone")] // it limits how long an outage lasts
public sealed class OneWriterTests(ITestOutputHelper output)
{
    private const int AtOnce = 30;

    private static readonly TimeSpan _longestOutage = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Strategies => [.. TestLength.Cases(1, "batched", "for_update")];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Whatever_happens_to_the_node_orders_go_on_within_ten_seconds_and_no_booking_is_lost_or_doubled(string strategy)
    {
        await using var cluster = await GaleraCluster.StartAsync();
        await using var proxy = await ClusterProxy.StartAsync(cluster);
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={proxy.Port};User ID=root;Database=ticketing;SslMode=None"),
        });
        var id = await api.Client.SetupAsync(1_000_000, strategy);
        using var sale = new Sale(api, id);
        (string How, Func<GaleraNode, Task> Lose, Func<GaleraNode, Task> Return)[] losses =
        [
            ("killed", node => node.KillAsync(), node => node.RejoinAsync()),
            ("frozen", node => Done(node.Freeze), node => Done(node.Thaw)),
            ("cut off", node => node.IsolateAsync(true), node => node.IsolateAsync(false)),
        ];
        for (var round = 0; round < TestLength.Times(1, 10); round++)
        {
            foreach (var (how, lose, giveBack) in losses)
            {
                await sale.GoesOnAsync(_longestOutage);
                var writer = await WriterAsync(cluster);
                sale.ForgetOutages();
                await lose(writer);
                await Task.Delay(TimeSpan.FromSeconds(4)); // frozen, it is noticed after two
                await sale.GoesOnAsync(_longestOutage);
                output.WriteLine($"{strategy}, {how}: no order for {sale.LongestOutage.TotalSeconds:F1} s; {sale.Confirmed:N0} so far");
                sale.LongestOutage.Should().BeLessThan(_longestOutage, how);
                await giveBack(writer);
                await cluster.CompleteAsync();
                await sale.GoesOnAsync(_longestOutage);
                (await proxy.PortOfNodeAsync()).Should().NotBe(writer.Port, "it does not go back; {0}", proxy.Output);
            }
        }

        var told = await sale.EndAsync();
        await Task.WhenAll(cluster.Nodes.Select(node => node.CatchUpAsync()));
        foreach (var node in cluster.Nodes)
        {
            Ticket.ShouldBeThoseTold(await Ticket.StoredInAsync($"{node.ConnectionString};Database=ticketing", id), told);
        }

        var status = await api.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(told.Count);
        status.GetProperty("available_tickets").GetInt32().Should().Be(1_000_000 - told.Count);

        static Task Done(Action action)
        {
            action();
            return Task.CompletedTask;
        }
    }

    /// <summary>The node that the proxy sends connections to: it has most.</summary>
    private static async Task<GaleraNode> WriterAsync(GaleraCluster cluster)
    {
        var connections = new List<(GaleraNode Node, int Count)>();
        foreach (var node in cluster.Nodes)
        {
            connections.Add((node, int.Parse((await node.StatusAsync("Threads_connected"))!, CultureInfo.InvariantCulture)));
        }

        return connections.MaxBy(node => node.Count).Node;
    }

    /// <summary>Buyers who order, and send each order again, with its key, until they know what became of it.</summary>
    private sealed class Sale : IDisposable
    {
        private readonly ApiProcess _api;
        private readonly int _eventId;
        private readonly CancellationTokenSource _end = new();
        private readonly ConcurrentBag<Answer> _booked = [];
        private readonly Lock _lock = new();
        private readonly Task _buyers;
        private long _lastBooked = Stopwatch.GetTimestamp();
        private TimeSpan _longestOutage;

        public Sale(ApiProcess api, int eventId)
        {
            (_api, _eventId) = (api, eventId);
            _buyers = Task.WhenAll(Enumerable.Range(1, AtOnce).Select(buyer => Task.Run(() => BuyAsync(buyer))));
        }

        public int Confirmed => _booked.Count;

        /// <summary>The longest time from one confirmed booking to the next.</summary>
        public TimeSpan LongestOutage
        {
            get
            {
                lock (_lock)
                {
                    var outage = Stopwatch.GetElapsedTime(_lastBooked);
                    return outage > _longestOutage ? outage : _longestOutage;
                }
            }
        }

        public void ForgetOutages()
        {
            lock (_lock)
            {
                _longestOutage = TimeSpan.Zero;
            }
        }

        /// <summary>Waits until a hundred more are booked.</summary>
        public async Task GoesOnAsync(TimeSpan patience)
        {
            var enough = Confirmed + 100;
            await Eventually.HoldsAsync(() => Task.FromResult(Confirmed >= enough), patience, () => $"{_buyers.Status} {_buyers.Exception} {_api.Output[^Math.Min(4000, _api.Output.Length)..]}");
        }

        /// <summary>Ends the sale; every order that was begun is brought to its end.</summary>
        /// <returns>What the buyers were told.</returns>
        public async Task<IReadOnlyList<Ticket>> EndAsync()
        {
            await _end.CancelAsync();
            await _buyers.WaitAsync(TimeSpan.FromMinutes(1));
            var told = _booked.Select(Ticket.In).ToList();
            told.Should().OnlyHaveUniqueItems(ticket => ticket.BookingId).And.OnlyHaveUniqueItems(ticket => ticket.UserId);
            return told;
        }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
        }

        private async Task BuyAsync(int buyer)
        {
            for (var order = 0; !_end.IsCancellationRequested; order++)
            {
                var user = (buyer * 1_000_000) + order;
                while (true)
                {
                    var answer = await _api.Client.BookAsync(_eventId, user, key: $"{_eventId}-{user}");
                    if (answer.IsBooked)
                    {
                        _booked.Add(answer);
                        lock (_lock)
                        {
                            _longestOutage = LongestOutage;
                            _lastBooked = Stopwatch.GetTimestamp();
                        }

                        break;
                    }

                    answer.Status.Should().Be(HttpStatusCode.ServiceUnavailable, answer.Text);
                    answer.Code.Should().BeOneOf("busy", "database_unavailable", "outcome_unknown");
                    await Task.Delay(100);
                }
            }
        }
    }
}
