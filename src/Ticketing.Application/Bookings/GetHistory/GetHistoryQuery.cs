using System.Globalization;
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

    /// <summary>
    /// Only bookings that are older than this one. To read on, however far: the last <c>booking_id</c> of the page before. Not together with <c>page</c>.
    /// </summary>
    public long? Before { get; init; }
}

internal sealed class GetHistoryValidator : AbstractValidator<GetHistoryQuery>
{
    /// <summary>The database reads all rows that it skips.</summary>
    private const int MaxSkipped = 10_000;

    public GetHistoryValidator()
    {
        RuleFor(query => query.EventId).IsId();
        RuleFor(query => query.UserId).IsId();
        RuleFor(query => query.Before).IsId();
        this.IsPaged();
        RuleFor(query => query.Page)
            .Must((query, page) => (page - 1L) * query.PageSize < MaxSkipped)
            .WithMessage(string.Create(CultureInfo.InvariantCulture, $"Reaches the first {MaxSkipped:N0} bookings only. To read on, use 'before'."))
            .Must((query, page) => query.Before is null || page == 1)
            .WithMessage("Cannot be used together with 'before'.");
    }
}

internal sealed class GetHistoryHandler(ISalesReader sales) : IRequestHandler<GetHistoryQuery, PagedResult<HistoryItem>>
{
    public Task<PagedResult<HistoryItem>> Handle(GetHistoryQuery request, CancellationToken cancellationToken) =>
        PagedResult.ReadAsync(
            request,
            () => sales.CountBookingsAsync(request.EventId, request.UserId, cancellationToken),
            (offset, limit) => sales.ReadBookingsAsync(request.EventId, request.UserId, request.Before, offset, limit, cancellationToken));
}
