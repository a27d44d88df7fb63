using MediatR;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Events.ListEvents;

internal sealed class ListEventsHandler(ISalesReader sales) : IRequestHandler<ListEventsQuery, PagedResult<EventStatus>>
{
    public Task<PagedResult<EventStatus>> Handle(ListEventsQuery request, CancellationToken cancellationToken) =>
        PagedResult.ReadAsync(
            request,
            () => sales.CountEventsAsync(cancellationToken),
            (offset, limit) => sales.ReadEventsAsync(offset, limit, cancellationToken));
}
