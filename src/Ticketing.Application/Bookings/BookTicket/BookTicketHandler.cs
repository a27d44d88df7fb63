using MediatR;
using Ticketing.Application.Events;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>Finds the strategy of the event, and books with it.</summary>
internal sealed class BookTicketHandler(IEventRepository events, IBookingStrategyProvider strategies)
    : IRequestHandler<BookTicketCommand, BookingOutcome>
{
    public async Task<BookingOutcome> Handle(BookTicketCommand request, CancellationToken cancellationToken)
    {
        if (await events.FindAsync(request.EventId, cancellationToken) is not { } @event)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        return strategies.Find(@event.Strategy, @event.Kind) is { } strategy
            ? await strategy.BookAsync(request, cancellationToken)
            : BookingOutcome.StrategyUnavailable.Instance;
    }
}
