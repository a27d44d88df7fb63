using FluentValidation;
using MediatR;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Bookings.GetHistory;

/// <summary>Bookings, newest first.</summary>
public sealed record GetHistoryQuery : PagedQuery, IRequest<PagedResult<HistoryItem>>
{
    /// <summary>Only bookings of this event.</summary>
    public int? EventId { get; init; }

    /// <summary>Only bookings of this user.</summary>
    public int? UserId { get; init; }
}

internal sealed class GetHistoryValidator : AbstractValidator<GetHistoryQuery>
{
    public GetHistoryValidator()
    {
        RuleFor(query => query.EventId).IsId();
        RuleFor(query => query.UserId).IsId();
        this.IsPaged();
    }
}

internal sealed class GetHistoryHandler(ISalesReader sales) : IRequestHandler<GetHistoryQuery, PagedResult<HistoryItem>>
{
    public Task<PagedResult<HistoryItem>> Handle(GetHistoryQuery request, CancellationToken cancellationToken) =>
        PagedResult.ReadAsync(
            request,
            () => sales.CountBookingsAsync(request.EventId, request.UserId, cancellationToken),
            (offset, limit) => sales.ReadBookingsAsync(request.EventId, request.UserId, offset, limit, cancellationToken));
}
