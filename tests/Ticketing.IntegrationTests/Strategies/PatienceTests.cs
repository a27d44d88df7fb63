using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>How long buyers wait while the database holds up their event. Beside other tests the machine would be measured, not the program.</summary>
[Trait("Run", "Alone")]
public sealed class PatienceTests
{
    [Fact]
    public async Task Nobody_in_a_queue_waits_longer_than_the_patience()
    {
        const int patience = 3;
        var database = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        await using var hurried = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = database,
            ["Booking__PatienceSeconds"] = $"{patience}",
        });
        var id = await hurried.Client.SetupAsync(1000, "batched");
        var waits = new ConcurrentBag<TimeSpan>();
        await using (await RowLock.TakeAsync(database, id))
        {
            // They arrive during five seconds, so some of them while a batch is being written, and some when it has just given up.
            await Task.WhenAll(Enumerable.Range(1, 1000).Select(async user =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(user * 5));
                var clock = Stopwatch.StartNew();
                (await hurried.Client.BookAsync(id, user)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "busy");
                waits.Add(clock.Elapsed);
            }));
        }

        waits.Max().Should().BeLessThan(TimeSpan.FromSeconds(patience + 1));
        (await hurried.Client.BookAsync(id)).Status.Should().Be(HttpStatusCode.OK);
        (await hurried.Client.StatusAsync(id)).GetProperty("bookings").GetInt64().Should().Be(1, "nobody is booked who was told 'busy'");
    }
}
