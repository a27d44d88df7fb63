using MediatR;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Bookings.GetBooking;

/// <summary>One booking, or a hold, also after its end.</summary>
/// <param name="BookingId">The booking.</param>
public sealed record GetBookingQuery(long BookingId) : IRequest<BookingState?>;

internal sealed class GetBookingHandler(ISalesReader sales) : IRequestHandler<GetBookingQuery, BookingState?>
{
    public Task<BookingState?> Handle(GetBookingQuery request, CancellationToken cancellationToken) => sales.FindBookingAsync(request.BookingId, cancellationToken);
}
