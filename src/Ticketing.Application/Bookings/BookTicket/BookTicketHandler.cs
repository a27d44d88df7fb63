using MediatR;
using Ticketing.Application.Events;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>Finds out how the event is sold, and has that strategy book.</summary>
internal sealed class BookTicketHandler(IEventRepository events, IBookingStrategyProvider strategies)
    : IRequestHandler<BookTicketCommand, BookingOutcome>
{
    public async Task<BookingOutcome> Handle(BookTicketCommand request, CancellationToken cancellationToken)
    {
        if (await events.FindAsync(request.EventId, cancellationToken) is not { } @event)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        var outcome = await strategies.Get(@event.Strategy).BookAsync(request, cancellationToken);
        if (outcome is BookingOutcome.EventNotFound)
        {
            events.Forget(request.EventId);
        }

        return outcome;
    }
}
