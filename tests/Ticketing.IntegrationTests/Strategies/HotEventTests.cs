using System.Net;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;
using Xunit.Abstractions;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// The sale that this system is for: 10,000 orders of one to three tickets, 300 at once, for 1,000 tickets, against three API processes on
/// one database.
/// </summary>
public sealed class HotEventTests(ThreeReplicas replicas, ITestOutputHelper output) : IClassFixture<ThreeReplicas>
{
    private const int Tickets = 1_000;
    private const int Orders = 10_000;
    private const int AtOnce = 300;

    public static TheoryData<string> StrategiesThatHold => [.. BookingStrategyNames.All.Where(name => name != BookingStrategy.Naive.Name())];

    [Theory]
    [MemberData(nameof(StrategiesThatHold))]
    public async Task Sells_exactly_what_there_is(string strategy)
    {
        using var buyers = new Buyers(AtOnce, replicas.Addresses);
        var id = await replicas.Client.SetupAsync(Tickets, strategy);
        var retriesBefore = await replicas.SumAsync("booking_retries_total", ("strategy", strategy));
        var outcomes = new int[Orders];
        var codes = new string?[Orders];

        await Parallel.ForAsync(0, Orders, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var quantity = (i % 3) + 1;
            var answer = await buyers.BuyAsync(id, userId: i + 1, quantity);
            codes[i] = answer.Code;
            if (answer.IsBooked)
            {
                outcomes[i] = quantity;
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
        output.WriteLine(
            $"{strategy}: {Orders + buyers.Busy} attempts, {outcomes.Sum()} tickets in {codes.Count(code => code is null)} bookings, " +
            $"{buyers.Busy} busy, {retries} retries, {codes.Count(code => code == "not_enough_tickets")} not enough, {codes.Count(code => code == "sold_out")} sold out");
        outcomes.Sum().Should().Be(Tickets);
        var status = await replicas.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(Tickets);
        status.GetProperty("available_tickets").GetInt32().Should().Be(0);
        status.GetProperty("bookings").GetInt64().Should().Be(codes.Count(code => code is null));
    }

    [Fact]
    public async Task Naive_oversells_across_processes_too()
    {
        using var buyers = new Buyers(AtOnce, replicas.Addresses);
        var id = await replicas.Client.SetupAsync(100, "naive");
        var sold = 0;

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            if ((await buyers.BuyAsync(id, userId: i + 1)).IsBooked)
            {
                Interlocked.Increment(ref sold);
            }
        });

        sold.Should().BeGreaterThan(100);
        var status = await replicas.Client.StatusAsync(id);
        status.GetProperty("tickets_sold").GetInt64().Should().Be(sold);
        status.GetProperty("available_tickets").GetInt32().Should().Be(100 - sold);
    }

    [Fact]
    public async Task A_key_that_goes_to_all_three_at_once_books_once()
    {
        using var buyers = new Buyers(60, replicas.Addresses);
        foreach (var strategy in BookingStrategyNames.All)
        {
            var id = await replicas.Client.SetupAsync(100, strategy);
            var key = $"key-{Guid.NewGuid()}";

            // The user decides which process a request goes to, and is part of the order; so three users, and one of them gets the key.
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => buyers.BuyAsync(id, userId: (i % 3) + 1, key: key)));

            answers.Should().OnlyContain(answer => answer.IsBooked || answer.Code == "idempotency_key_reused");
            answers.Where(answer => answer.IsBooked).Select(answer => answer.Text).Distinct().Should().ContainSingle(strategy);
            (await replicas.Client.StatusAsync(id)).GetProperty("tickets_sold").GetInt64().Should().Be(1, strategy);
        }
    }
}

/// <summary>Three API processes on one MariaDB and one Redis.</summary>
public sealed class ThreeReplicas : IAsyncLifetime
{
    private ApiProcess[] _processes = [];

    public Uri[] Addresses => [.. _processes.Select(process => process.Address)];

    public HttpClient Client => _processes[0].Client;

    public async Task InitializeAsync()
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync(),
            ["ConnectionStrings__Redis"] = (await SharedRedis.GetAsync()).ConnectionString,
            ["Booking__RetryPauseMilliseconds"] = "25", // three crowds collide in row_version; what they throw away takes minutes otherwise
        };
        _processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ApiProcess.StartAsync(settings)));
    }

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
