using FluentValidation;
using MediatR;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Events.ListEvents;

/// <summary>Events with the state of their sale, newest first.</summary>
public sealed record ListEventsQuery : PagedQuery, IRequest<PagedResult<EventStatus>>;

internal sealed class ListEventsValidator : AbstractValidator<ListEventsQuery>
{
    public ListEventsValidator() => this.IsPaged();
}

internal sealed class ListEventsHandler(ISalesReader sales) : IRequestHandler<ListEventsQuery, PagedResult<EventStatus>>
{
    public Task<PagedResult<EventStatus>> Handle(ListEventsQuery request, CancellationToken cancellationToken) =>
        PagedResult.ReadAsync(
            request,
            () => sales.CountEventsAsync(cancellationToken),
            (offset, limit) => sales.ReadEventsAsync(offset, limit, cancellationToken));
}
