using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Access;
using Ticketing.Application;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Events;
using Ticketing.Domain;

namespace Ticketing.UnitTests.Application;

/// <summary>The way of a booking through the mediator to the strategy of its event.</summary>
public sealed class BookTicketHandlerTests
{
    private readonly Events _events = new();
    private readonly Strategies _strategies = new();

    [Fact]
    public async Task An_order_goes_to_the_strategy_of_its_event()
    {
        _events.Known[7] = BookingStrategy.ForUpdate;

        (await SendAsync(new BookTicketCommand(1, 7, 2))).Should().Be(new BookingOutcome.Booked(99));

        _strategies.Asked.Should().Equal((BookingStrategy.ForUpdate, new BookTicketCommand(1, 7, 2)));
    }

    [Fact]
    public async Task An_unknown_event_ends_as_event_not_found_without_calling_a_strategy()
    {
        (await SendAsync(new BookTicketCommand(1, 8))).Should().Be(BookingOutcome.EventNotFound.Instance);
        _strategies.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task An_event_whose_strategy_is_not_available_is_not_sold()
    {
        _events.Known[7] = BookingStrategyNames.Unknown;
        (await SendAsync(new BookTicketCommand(1, 7))).Should().Be(BookingOutcome.StrategyUnavailable.Instance);
    }

    private async Task<BookingOutcome> SendAsync(BookTicketCommand command)
    {
        await using var services = new ServiceCollection()
            .AddApplication()
            .AddSingleton<IEventRepository>(_events)
            .AddSingleton<IBookingStrategyProvider>(_strategies)
            .BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command);
    }

    private sealed class Events : IEventRepository
    {
        public Dictionary<int, BookingStrategy> Known { get; } = [];

        public Task<bool> AddAsync(Event @event, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<EventOutcome> ChangeAsync(int eventId, AuditAction action, Actor actor, Func<Event, EventOutcome?> change, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<EventFacts?> FindAsync(int eventId, CancellationToken cancellationToken) =>
            new(Known.TryGetValue(eventId, out var strategy) ? new EventFacts(eventId, EventKind.Sale, strategy, 600, 1800, DateTime.UnixEpoch) : null);
    }

    private sealed class Strategies : IBookingStrategyProvider
    {
        public List<(BookingStrategy, BookTicketCommand)> Asked { get; } = [];

        public IBookingStrategy? Find(BookingStrategy strategy, EventKind kind) => strategy == BookingStrategyNames.Unknown ? null : new Recorder(this, strategy);

        public string? WhyUnavailable(BookingStrategy strategy) => null;

        private sealed class Recorder(Strategies strategies, BookingStrategy strategy) : IBookingStrategy
        {
            public Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
            {
                strategies.Asked.Add((strategy, order));
                return Task.FromResult<BookingOutcome>(new BookingOutcome.Booked(99));
            }
        }
    }
}
