using MediatR;
using Ticketing.Application.Events;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>Finds the strategy of the event, and books with it.</summary>
internal sealed class BookTicketHandler(IEventRepository events, IBookingStrategyProvider strategies)
    : IRequestHandler<BookTicketCommand, BookingOutcome>
{
    public async Task<BookingOutcome> Handle(BookTicketCommand request, CancellationToken cancellationToken) =>
        await events.FindAsync(request.EventId, cancellationToken) is { } @event
            ? await strategies.Get(@event.Strategy).BookAsync(request, cancellationToken)
            : BookingOutcome.EventNotFound.Instance;
}
