using System.Diagnostics;
using CsCheck;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Application.Events;
using Ticketing.Application.Events.ChangeEvent;
using Ticketing.Application.Events.ChangeSaleState;
using Ticketing.Application.Events.SetupEvent;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>
/// Random set-ups, orders, holds, changes, pauses and repeated keys from eight workers, while time passes, checked against a model in memory. A failure prints the
/// shortest steps that were found to fail, and their seed: <c>CsCheck_Seed=… CsCheck_Time=60 dotnet test --filter Model</c> replays it, and looks for shorter ones.
/// </summary>
[Trait("Run", "Full")]
public abstract class ModelTests(ApiFixture api)
{
    /// <summary>On average half of it.</summary>
    private const int MostSteps = 600;

    private const int Workers = 8;

    private static readonly BookingStrategy[] _strategies = Enum.GetValues<BookingStrategy>();
    private static readonly BookingOperation[] _operations = Enum.GetValues<BookingOperation>();
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private static readonly Gen<Step> _step = Gen.Select(
        Gen.Frequency(
            (45, Gen.Const(StepKind.Book)), (20, Gen.Const(StepKind.Hold)), (24, Gen.Const(StepKind.Change)), (3, Gen.Const(StepKind.Pause)),
            (3, Gen.Const(StepKind.ChangeTotal)), (3, Gen.Const(StepKind.LetTimePass)), (2, Gen.Const(StepKind.SetUp))),
        Gen.Int[0, 1000],
        Gen.Int[1, 4],
        Gen.Frequency((3, Gen.Int[1, 2]), (1, Gen.Int[1, 10])),
        Gen.Frequency((1, Gen.Const(0)), (1, Gen.Int[1, 12]), (1, Gen.Int[13, 10_000])),
        Gen.Int[1, 40],
        Gen.Int[0, 1000],
        (kind, pick, userId, quantity, key, tickets, number) => new Step(kind, pick, userId, quantity, key, tickets, number));

    private IDatabaseClock Clock => api.Services.GetRequiredService<IDatabaseClock>();

    [Fact]
    public Task Random_sales_agree_with_the_model() => _step.Array[1, MostSteps].SampleAsync(
        steps => RunAsync(steps).WaitAsync(_patience),
        iter: TestLength.Times(4, 200),
        threads: 1,
        print: steps => string.Join('\n', steps.Select(step => step.ToString())));

    private async Task RunAsync(Step[] steps)
    {
        var model = new SalesModel(() => (DateTime.UtcNow + Clock.Offset).Ticks);
        var run = Guid.NewGuid().ToString("N");
        foreach (var step in steps.Take(2))
        {
            await SetupAsync(model, step);
        }

        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < steps.Length; i = Interlocked.Increment(ref next))
            {
                await StepAsync(model, run, steps[i]);
            }
        })));

        await CheckAsync(model);
    }

    private async Task StepAsync(SalesModel model, string run, Step step)
    {
        switch (step.Kind)
        {
            case StepKind.SetUp:
                await SetupAsync(model, step);
                return;

            case StepKind.Pause:
                var paused = model.Pick(step.Pick);
                await model.PauseAsync(paused, state => RetryAsync(new ChangeSaleStateCommand(paused.EventId, state, new(null, ""))));
                return;

            case StepKind.ChangeTotal:
                var changed = model.Pick(step.Pick);
                await model.ChangeTotalAsync(changed, step.Tickets, async total =>
                    await RetryAsync(new ChangeEventCommand { EventId = changed.EventId, TotalTickets = total }) is EventOutcome.Changed);
                return;

            case StepKind.LetTimePass:
                lock (_strategies)
                {
                    Clock.Offset += TimeSpan.FromSeconds(step.Number);
                }

                return;

            case StepKind.Change when model.PickBooking(step.Pick) is { } picked:
                var change = new ChangeBookingCommand(picked.Id, _operations[step.Number % _operations.Length], step.Tickets * 20);
                await UntilDecidedAsync(change, (began, outcome) => model.End(began, change, outcome), model);
                return;

            default:
                var order = new BookTicketCommand(step.UserId, model.Pick(step.Pick).EventId, step.Quantity)
                {
                    IdempotencyKey = step.Key == 0 ? null : $"{run}-{step.Key}",
                    HoldSeconds = step.Kind == StepKind.Hold ? 1 + step.Number : null,
                };
                await UntilDecidedAsync(order, (began, outcome) => model.End(began, order, outcome), model);
                return;
        }
    }

    /// <summary>"Busy" says that nothing has happened. It must not go on for ever.</summary>
    private async Task UntilDecidedAsync(IRequest<BookingOutcome> request, Action<long, BookingOutcome> end, SalesModel model)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var began = model.Begin();
            var outcome = await SendAsync(request);
            if (outcome is not BookingOutcome.Busy)
            {
                end(began, outcome);
                return;
            }

            clock.Elapsed.Should().BeLessThan(_patience, "{0} must end as something else than {1}", request, outcome);
        }
    }

    private async Task CheckAsync(SalesModel model)
    {
        model.CheckAnswers();
        await using var db = await api.OpenDatabaseAsync();
        foreach (var sale in model.Sales)
        {
            // One after the other, and the sweeper may expire holds between the two.
            var (stored, stock) = await Eventually.GetAsync(
                async () =>
                {
                    var before = (await db.Events.AsNoTracking().SingleAsync(@event => @event.Id == sale.EventId)).Stock;
                    var rows = await db.Bookings.AsNoTracking().Where(booking => booking.EventId == sale.EventId).ToListAsync();
                    return (Rows: rows, Stock: before);
                },
                read => db.Events.AsNoTracking().Single(@event => @event.Id == sale.EventId).Version == read.Stock.Version,
                TimeSpan.FromSeconds(20));
            model.CheckRows(sale, stored, stock.Available, stock.Held, stock.Bookings);

            if (sale.Strategy != BookingStrategy.Naive && stock.Available > 0)
            {
                (await SendAsync(new BookTicketCommand(UserId: 1000, sale.EventId))).Should().BeOfType<BookingOutcome.Booked>("what is left is for sale");
            }
        }
    }

    private async Task SetupAsync(SalesModel model, Step step)
    {
        var strategy = _strategies[step.Number % _strategies.Length];
        var limit = step.Pick % 2 == 0 ? null : (int?)(step.UserId * 3);
        await using var scope = api.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new SetupEventCommand("Model", step.Tickets, strategy, limit));
        model.Add(new Sale(result!.EventId, step.Tickets, strategy, limit));
    }

    /// <summary>Changes of events are not retried by the program, so a contended one is sent again.</summary>
    private async Task<EventOutcome> RetryAsync(IRequest<EventOutcome> change)
    {
        while (true)
        {
            try
            {
                return await SendAsync(change);
            }
            catch (Exception exception) when (api.Services.GetRequiredService<IDatabaseErrors>().Classify(exception) == DatabaseFault.Contention)
            {
            }
        }
    }

    private async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request)
    {
        await using var scope = api.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    private enum StepKind
    {
        Book,
        Hold,
        Change,
        Pause,
        ChangeTotal,
        LetTimePass,
        SetUp,
    }

    /// <param name="Kind">What to do.</param>
    /// <param name="Pick">Chooses the event or the booking.</param>
    /// <param name="UserId">Who orders.</param>
    /// <param name="Quantity">How many tickets.</param>
    /// <param name="Key">The number of the key; 0 for none.</param>
    /// <param name="Tickets">The stock of an event.</param>
    /// <param name="Number">For how long, with which strategy, or which change.</param>
    private sealed record Step(StepKind Kind, int Pick, int UserId, int Quantity, int Key, int Tickets, int Number);
}

public sealed class ModelOnSqlite(FastSqliteApi api) : ModelTests(api), IClassFixture<FastSqliteApi>;

public sealed class ModelOnMariaDb(FastMariaDbApi api) : ModelTests(api), IClassFixture<FastMariaDbApi>;

/// <summary>With a short wait in naive: its race is not what is tested here, and 10 ms for each of its steps is long.</summary>
public sealed class FastSqliteApi : SqliteApi
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Booking:NaiveDelayMilliseconds"] = "1" };
}

/// <inheritdoc cref="FastSqliteApi"/>
public sealed class FastMariaDbApi : MariaDbApi
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Booking:NaiveDelayMilliseconds"] = "1" };
}
