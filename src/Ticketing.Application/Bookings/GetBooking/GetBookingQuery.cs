using MediatR;
using Ticketing.Application.Access;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Bookings.GetBooking;

/// <summary>One booking, or a hold, also after its end.</summary>
/// <param name="BookingId">The booking.</param>
/// <param name="Caller">Who asks, where callers are asked who they are.</param>
public sealed record GetBookingQuery(long BookingId, Caller? Caller) : IRequest<BookingState?>;

internal sealed class GetBookingHandler(ISalesReader sales) : IRequestHandler<GetBookingQuery, BookingState?>
{
    public Task<BookingState?> Handle(GetBookingQuery request, CancellationToken cancellationToken) => sales.FindBookingAsync(request.BookingId, request.Caller, cancellationToken);
}
