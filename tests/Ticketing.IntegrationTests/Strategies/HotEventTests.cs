using System.Net;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;
using Xunit.Abstractions;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// The sale that this system is for: orders of one to three tickets, a crowd at once, for a tenth as many tickets, against three API processes on one
/// database. A long run sends 10,000 orders, 300 at once.
/// </summary>
[Trait("Run", "Full")]
[Collection(ThreeReplicas.Collection)]
public sealed class HotEventTests(ThreeReplicas replicas, ITestOutputHelper output)
{
    private static readonly int _atOnce = TestLength.Times(100, 300);
    private static readonly int _orders = TestLength.Times(400, 10_000);
    private static readonly int _tickets = _orders / 10;

    public static TheoryData<string> StrategiesThatHold => [.. BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name())];

    [Theory]
    [MemberData(nameof(StrategiesThatHold))]
    public async Task Sells_exactly_what_there_is(string strategy)
    {
        using var buyers = new Buyers(_atOnce, replicas.Addresses);
        var id = await replicas.Client.SetupAsync(_tickets, strategy);
        var retriesBefore = await replicas.SumAsync("booking_retries_total", ("strategy", strategy));
        var answers = new Answer[_orders];

        await Parallel.ForAsync(0, _orders, new ParallelOptions { MaxDegreeOfParallelism = _atOnce }, async (i, _) =>
        {
            var quantity = QuantityOf(i);
            var answer = answers[i] = await buyers.BuyAsync(id, userId: i + 1, quantity);
            if (answer.IsBooked)
            {
                Ticket.In(answer).Should().Be(new Ticket(Ticket.In(answer).BookingId, id, i + 1, quantity));
            }
            else if (answer.Code == "not_enough_tickets")
            {
                answer.Json.GetProperty("available_tickets").GetInt32().Should().BeInRange(1, quantity - 1);
            }
            else
            {
                answer.ShouldBeProblem(HttpStatusCode.BadRequest, "sold_out");
            }
        });

        var retries = await replicas.SumAsync("booking_retries_total", ("strategy", strategy)) - retriesBefore;
        var told = Ticket.ToldIn(answers);
        output.WriteLine(
            $"{strategy}: {_orders + buyers.Busy} attempts, {told.Sum(ticket => ticket.Quantity)} tickets in {told.Count} bookings, {buyers.Busy} busy, {retries} retries, " +
            $"{answers.Count(answer => answer.Code == "not_enough_tickets")} not enough, {answers.Count(answer => answer.Code == "sold_out")} sold out");
        told.Sum(ticket => ticket.Quantity).Should().Be(_tickets);
        Ticket.ShouldBeThoseTold(await replicas.StoredAsync(id), told);
        var status = await replicas.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(_tickets);
        status.GetProperty("available_tickets").GetInt32().Should().Be(0);
        status.GetProperty("bookings").GetInt64().Should().Be(told.Count);

        static int QuantityOf(int order) => (order % 3) + 1;
    }

    [Fact]
    public async Task Naive_oversells_across_processes_too()
    {
        using var buyers = new Buyers(_atOnce, replicas.Addresses);
        var id = await replicas.Client.SetupAsync(100, "naive");
        var answers = new Answer[1000];

        await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = _atOnce }, async (i, _) =>
            answers[i] = await buyers.BuyAsync(id, userId: i + 1));

        var told = Ticket.ToldIn(answers);
        told.Count.Should().BeGreaterThan(100);
        Ticket.ShouldBeThoseTold(await replicas.StoredAsync(id), told);
        var status = await replicas.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(told.Count);
        status.GetProperty("available_tickets").GetInt32().Should().Be(100 - told.Count);
    }

    [Fact]
    public async Task A_key_that_goes_to_all_three_at_once_books_once()
    {
        using var buyers = new Buyers(60, replicas.Addresses);
        foreach (var strategy in BookingStrategyNames.All)
        {
            var id = await replicas.Client.SetupAsync(100, strategy);
            var key = $"key-{Guid.NewGuid()}";

            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => buyers.BuyAsync(id, userId: 7, key: key, server: i % 3)));

            answers.Should().OnlyContain(answer => answer.IsBooked, strategy);
            answers.Select(answer => answer.Text).Distinct().Should().ContainSingle(strategy);
            Ticket.ShouldBeThoseTold(await replicas.StoredAsync(id), Ticket.ToldIn(answers));
            (await replicas.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt64().Should().Be(1, strategy);
        }
    }
}

/// <summary>Three API processes on one MariaDB and one Redis.</summary>
public sealed class ThreeReplicas : IAsyncLifetime
{
    public const string Collection = "three replicas";

    private ApiProcess[] _processes = [];
    private string _database = "";

    public Uri[] Addresses => [.. _processes.Select(process => process.Address)];

    public HttpClient Client => _processes[0].Client;

    public async Task InitializeAsync()
    {
        _database = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = _database,
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
            ["Booking__RetryPauseMilliseconds"] = "25", // three crowds collide in row_version; what they throw away takes minutes otherwise
        };
        _processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ApiProcess.StartAsync(settings)));
    }

    /// <inheritdoc cref="Ticket.StoredInAsync"/>
    internal Task<List<Ticket>> StoredAsync(int eventId) => Ticket.StoredInAsync(_database, eventId);

    /// <summary>Adds a metric up over the processes.</summary>
    public Task<double> SumAsync(string metric, params (string, string)[] labels) => Scrape.SumAsync(_processes, metric, labels);

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }
}

[CollectionDefinition(ThreeReplicas.Collection)]
public sealed class OnThreeReplicas : ICollectionFixture<ThreeReplicas>;
