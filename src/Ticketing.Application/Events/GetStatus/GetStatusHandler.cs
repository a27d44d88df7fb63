using MediatR;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Events.GetStatus;

internal sealed class GetStatusHandler(ISalesReader sales) : IRequestHandler<GetStatusQuery, EventStatus?>
{
    public Task<EventStatus?> Handle(GetStatusQuery request, CancellationToken cancellationToken) =>
        sales.FindStatusAsync(request.EventId, cancellationToken);
}
