using MediatR;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Application.Events.ListStrategies;

/// <summary>The strategies, and whether this installation can sell with them.</summary>
public sealed record ListStrategiesQuery : IRequest<IReadOnlyList<StrategyAvailability>>;

/// <summary>Whether an event can be set up with a strategy.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="Available">Whether it can.</param>
/// <param name="Reason">What is missing, if it cannot.</param>
public sealed record StrategyAvailability(BookingStrategy Strategy, bool Available, string? Reason);

internal sealed class ListStrategiesHandler(IBookingStrategyProvider strategies) : IRequestHandler<ListStrategiesQuery, IReadOnlyList<StrategyAvailability>>
{
    public Task<IReadOnlyList<StrategyAvailability>> Handle(ListStrategiesQuery request, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StrategyAvailability>>([.. Enum.GetValues<BookingStrategy>().Select(Availability)]);

    private StrategyAvailability Availability(BookingStrategy strategy)
    {
        var reason = strategies.WhyUnavailable(strategy);
        return new(strategy, reason is null, reason);
    }
}
