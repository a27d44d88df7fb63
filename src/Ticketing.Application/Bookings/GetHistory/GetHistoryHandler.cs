using MediatR;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Bookings.GetHistory;

internal sealed class GetHistoryHandler(ISalesReader sales) : IRequestHandler<GetHistoryQuery, PagedResult<HistoryItem>>
{
    public Task<PagedResult<HistoryItem>> Handle(GetHistoryQuery request, CancellationToken cancellationToken) =>
        PagedResult.ReadAsync(
            request,
            () => sales.CountBookingsAsync(request.EventId, request.UserId, cancellationToken),
            (offset, limit) => sales.ReadBookingsAsync(request.EventId, request.UserId, offset, limit, cancellationToken));
}
