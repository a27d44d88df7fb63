using System.Diagnostics;
using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>More buyers than the queue holds, and a server that stops in the middle of a sale.</summary>
[Trait("Run", "Full")]
public sealed class OverloadTests
{
    [Fact]
    public async Task Orders_beyond_the_queue_capacity_get_busy_at_once_and_the_others_are_booked()
    {
        const int capacity = 100;
        const int crowd = 1_000;
        var connectionString = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = connectionString,
            ["Booking__QueueCapacity"] = capacity.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Database__LockWaitTimeoutSeconds"] = "60",
            ["Database__CommandTimeoutSeconds"] = "60",
        });
        var id = await api.Client.SetupAsync(100_000, "batched");
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = crowd }) { BaseAddress = api.Address };

        List<Task<Answer>> orders = [];
        await using (await RowLock.TakeAsync(connectionString, id))
        {
            orders.AddRange(Enumerable.Range(1, crowd).Select(user => client.BookAsync(id, user)));

            // While the row is held nobody is served, so whoever is answered now is the surplus.
            var clock = Stopwatch.StartNew();
            while (orders.Count(order => order.IsCompleted) < crowd - (2 * capacity) && clock.Elapsed < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(50);
            }

            var refused = orders.Where(order => order.IsCompleted).Select(order => order.Result).ToList();
            refused.Count.Should().BeGreaterOrEqualTo(crowd - (2 * capacity), "the surplus does not wait for the row");
            foreach (var answer in refused)
            {
                answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
                answer.Headers["Retry-After"].Should().Be("1");
            }
        }

        var answers = await Task.WhenAll(orders);
        var booked = answers.Count(answer => answer.IsBooked);
        booked.Should().BeInRange(capacity, 2 * capacity, "the queue was full when the row was let go, and one batch was under way");
        (await api.Client.StatusAsync(id)).GetProperty("bookings").GetInt32().Should().Be(booked);
    }

    [Fact]
    public async Task A_server_that_stops_answers_every_order_that_it_accepted()
    {
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync() };
        var api = await ApiProcess.StartAsync(settings);
        var id = await api.Client.SetupAsync(1_000_000, "batched");
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { BaseAddress = api.Address };

        var confirmed = 0;
        var buyers = Task.WhenAll(Enumerable.Range(0, 200).Select(async buyer =>
        {
            try
            {
                while (true)
                {
                    var answer = await client.BookAsync(id, userId: buyer + 1);
                    if (answer.IsBooked)
                    {
                        Interlocked.Increment(ref confirmed);
                    }
                    else
                    {
                        answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
                        return;
                    }
                }
            }
            catch (HttpRequestException exception)
            {
                // Not accepted: nobody listens any more, or the connection was closed between two requests.
                exception.HttpRequestError.Should().BeOneOf(HttpRequestError.ConnectionError, HttpRequestError.ResponseEnded, HttpRequestError.Unknown);
            }
        }));
        await Task.Delay(TimeSpan.FromSeconds(2));

        (await api.StopAsync()).Should().Be(0);
        await buyers;
        await api.DisposeAsync();

        confirmed.Should().BeGreaterThan(200);
        await using var next = await ApiProcess.StartAsync(settings);
        var status = await next.Client.StatusAsync(id);
        status.GetProperty("available_tickets").GetInt64().Should().Be(1_000_000 - status.GetProperty("bookings").GetInt64());
        status.GetProperty("bookings").GetInt32().Should().Be(confirmed, "every order that was accepted was answered");
    }
}
