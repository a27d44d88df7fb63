using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MySqlConnector;
using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database.MariaDb;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// The history of a sale over three replicas: every call with its begin, its end and its answer, judged by <see cref="SalesModel"/>. The database is killed in the middle of
/// it, then a replica. Buyers whose answer is lost send the same again until they are told.
/// </summary>
[Trait("Run", "Full")]
public sealed class HistoryTests : IAsyncLifetime
{
    private const int Workers = 24;
    private const int Tickets = 25;

    private static readonly TimeSpan _betweenFaults = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private MariaDbProcess _database = null!;

    public async Task InitializeAsync() => _database = await MariaDbProcess.StartAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    public static TheoryData<string> Strategies => [.. TestLength.Cases(1, "batched", "row_version", "atomic_update", "for_update")];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Every_answer_over_three_replicas_is_one_that_a_sale_may_give(string strategy)
    {
        for (var round = 0; round < TestLength.Times(1, 5); round++)
        {
            await RunAsync(strategy, round);
        }
    }

    private async Task RunAsync(string strategy, int seed)
    {
        var connectionString = $"{_database.ConnectionString};Database=history_{strategy}_{seed}";
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__Ticketing"] = connectionString };
        var replicas = new List<ApiProcess> { await ApiProcess.StartAsync(settings) };
        try
        {
            replicas.AddRange(await Task.WhenAll(ApiProcess.StartAsync(settings), ApiProcess.StartAsync(settings)));
            var model = new SalesModel(() => DateTime.UtcNow.Ticks);
            var sale = new Sale(await replicas[0].Client.SetupAsync(Tickets, strategy), Tickets, BookingStrategyNames.TryParse(strategy, out var name) ? name : default);
            model.Add(sale);

            using var stop = new CancellationTokenSource();
            var crowd = Enumerable.Range(0, Workers).Select(worker => Task.Run(() => BuyAsync(model, sale, replicas, worker, seed, stop.Token))).ToList();
            await Task.Delay(_betweenFaults);
            await _database.KillAsync();
            await _database.StartAsync();
            await Task.Delay(_betweenFaults);
            replicas[1].Process.Kill();
            await Task.Delay(_betweenFaults);
            await stop.CancelAsync();
            await Task.WhenAll(crowd).WaitAsync(_patience);

            model.CheckAnswers();
            await CheckRowsAsync(model, sale, connectionString);
        }
        finally
        {
            await Task.WhenAll(replicas.Select(replica => replica.DisposeAsync().AsTask()));
        }
    }

    private static async Task BuyAsync(SalesModel model, Sale sale, List<ApiProcess> replicas, int worker, int seed, CancellationToken stop)
    {
#pragma warning disable CA5394 // A seeded sequence is the point.
        var random = new Random((seed * 1000) + worker);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            if (random.Next(3) > 0 && model.PickBooking(random.Next(100_000)) is { } booking)
            {
                var change = new ChangeBookingCommand(booking.Id, (BookingOperation)random.Next(4), 1 + random.Next(3));
                var (began, outcome, wasLost) = await UntilToldAsync(model, replicas, worker, client => change.Operation switch
                {
                    BookingOperation.Cancel => client.CancelAsync(change.BookingId),
                    BookingOperation.Extend => client.ExtendAsync(change.BookingId, change.HoldSeconds),
                    _ => client.EndHoldAsync(change.BookingId, change.Operation == BookingOperation.Confirm ? "confirm" : "release"),
                }, answer => OutcomeOf(change, answer));
                if (outcome is not BookingOutcome.BookingNotFound) // "not confirmed" does not say what it is instead
                {
                    model.End(began, change, outcome, wasLost);
                }
            }
            else
            {
                var order = new BookTicketCommand(1 + worker, sale.EventId, 1 + random.Next(3))
                {
                    IdempotencyKey = $"{sale.EventId}-{worker}-{number}",
                    HoldSeconds = random.Next(3) > 0 ? 1 + random.Next(2) : null,
                };
                var (began, outcome, wasLost) = await UntilToldAsync(
                    model, replicas, worker,
                    client => order.HoldSeconds is { } seconds
                        ? client.HoldAsync(order.EventId, order.UserId, order.Quantity, seconds, order.IdempotencyKey)
                        : client.BookAsync(order.EventId, order.UserId, order.Quantity, order.IdempotencyKey),
                    answer => OutcomeOf(order, answer));
                model.End(began, order, outcome, wasLost);
            }
        }
#pragma warning restore CA5394
    }

    /// <summary>Asks one replica after the other until one has told.</summary>
    private static async Task<(long Began, BookingOutcome Outcome, bool WasLost)> UntilToldAsync(
        SalesModel model, List<ApiProcess> replicas, int first, Func<HttpClient, Task<Answer>> ask, Func<Answer, BookingOutcome?> read)
    {
        var firstBegan = model.Begin();
        var began = firstBegan;
        var wasLost = false;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (read(await ask(replicas[(first + attempt) % replicas.Count].Client)) is { } outcome)
                {
                    return (wasLost ? firstBegan : began, outcome, wasLost);
                }
            }
            catch (HttpRequestException)
            {
            }

            // What was answered with "busy" has not happened; but this cannot be told from what is lost, and the longer time is never wrong.
            wasLost = true;
            began = model.Begin();
            await Task.Delay(50);
        }
    }

    /// <summary>Null if the answer does not say what became of it.</summary>
    private static BookingOutcome? OutcomeOf(BookTicketCommand order, Answer answer) => answer.Code switch
    {
        null when order.HoldSeconds is not null => new BookingOutcome.Held(HoldIn(answer.Json), answer.IsReplayed),
        null => new BookingOutcome.Booked(answer.Json.GetProperty("booking_id").GetInt64(), answer.IsReplayed),
        "sold_out" => new BookingOutcome.SoldOut(answer.Json.GetProperty("held_tickets").GetInt32()),
        "not_enough_tickets" => new BookingOutcome.NotEnoughTickets(answer.Json.GetProperty("available_tickets").GetInt32()),
        "booking_cancelled" => BookingOutcome.BookingCancelled.Instance,
        _ when answer.Status == HttpStatusCode.ServiceUnavailable => null,
        _ => throw new InvalidOperationException($"{order}: {answer.Text}"),
    };

    private static BookingOutcome? OutcomeOf(ChangeBookingCommand change, Answer answer) => answer.Code switch
    {
        null when change.Operation == BookingOperation.Extend => new BookingOutcome.Changed(HoldIn(answer.Json), 0, false),
        null when change.Operation == BookingOperation.Confirm => new BookingOutcome.Changed(State(BookingStatus.Confirmed), 0, answer.IsReplayed),
        null => Returned(answer.Json.GetProperty("returned").GetInt32(), BookingStatusNames.Parse(answer.BookingStatus)),
        "hold_expired" => new BookingOutcome.WrongStatus(BookingStatus.Expired),
        "hold_released" => new BookingOutcome.WrongStatus(BookingStatus.Released),
        "hold_confirmed" => new BookingOutcome.WrongStatus(BookingStatus.Confirmed),
        "booking_cancelled" => new BookingOutcome.WrongStatus(BookingStatus.Cancelled),
        "hold_limit_reached" => new BookingOutcome.HoldLimitReached(0),
        "not_confirmed" => BookingOutcome.BookingNotFound.Instance,
        _ when answer.Status == HttpStatusCode.ServiceUnavailable => null,
        _ => throw new InvalidOperationException($"{change}: {answer.Text}"),
    };

    private static BookingOutcome.Changed Returned(int tickets, BookingStatus status) => new(State(status), tickets, Replayed: tickets == 0);

    private static BookingState HoldIn(JsonElement hold) => State(BookingStatusNames.Parse(hold.GetProperty("status").GetString()!)) with
    {
        BookingId = hold.GetProperty("hold_id").GetInt64(),
        ExpiresAt = hold.GetProperty("expires_at") is { ValueKind: JsonValueKind.String } time ? time.GetDateTime() : null,
    };

    private static BookingState State(BookingStatus status) => new(0, 0, 0, 0, status, default, null, null, null);

    private static async Task CheckRowsAsync(SalesModel model, Sale sale, string connectionString)
    {
        await using var db = new MariaDbTicketingContext(new DbContextOptionsBuilder<MariaDbTicketingContext>()
            .UseMySql(new MySqlConnection($"{connectionString};AllowUserVariables=True;UseAffectedRows=False"), new MariaDbServerVersion(new Version(10, 5))).Options);
        await Eventually.HoldsAsync(async () => (await db.Events.AsNoTracking().SingleAsync()).HeldTickets == 0, _patience);
        var rows = await db.Bookings.AsNoTracking().ToListAsync();
        var stock = (await db.Events.AsNoTracking().SingleAsync()).Stock;
        rows.Should().HaveCountGreaterThan(10);
        model.CheckRows(sale, rows, stock.Available, stock.Held, stock.Bookings);
    }
}
