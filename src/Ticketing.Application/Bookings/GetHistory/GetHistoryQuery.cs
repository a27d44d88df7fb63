using System.Globalization;
using FluentValidation;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;
using Ticketing.Domain;

namespace Ticketing.Application.Bookings.GetHistory;

/// <summary>Bookings, newest first.</summary>
public sealed record GetHistoryQuery : PagedQuery, IRequest<PagedResult<HistoryItem>>
{
    /// <summary>Only bookings of this event.</summary>
    public int? EventId { get; init; }

    /// <summary>Only bookings of this user.</summary>
    public int? UserId { get; init; }

    /// <summary>
    /// Only bookings with this status: <c>confirmed</c>, which is the default, <c>held</c>, <c>released</c>, <c>expired</c> or <c>cancelled</c>; <c>all</c> for every one.
    /// Others than confirmed ones are listed for one user only.
    /// </summary>
    /// <example>confirmed</example>
    public string Status { get; init; } = BookingStatus.Confirmed.Name();

    /// <summary>
    /// Only bookings that are older than this one. To read on, however far: the last <c>booking_id</c> of the page before. Not together with <c>page</c>.
    /// </summary>
    public long? Before { get; init; }

    internal BookingFilter Filter => new(EventId, UserId, Status == AnyStatus ? null : BookingStatusNames.Parse(Status), CreatedBy);

    /// <summary>Only bookings that this caller has made.</summary>
    internal string? CreatedBy { get; init; }

    /// <summary>What this caller may see of it. A buyer who names nobody means himself.</summary>
    public GetHistoryQuery For(Caller? caller) => caller is null ? this : this with { UserId = UserId ?? caller.OnlyUser, CreatedBy = caller.OnlyCreator };

    internal const string AnyStatus = "all";
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
        RuleFor(query => query.Status)
            .Cascade(CascadeMode.Stop)
            .Must(status => status == GetHistoryQuery.AnyStatus || BookingStatusNames.All.Contains(status))
            .WithMessage($"Must be one of {string.Join(", ", BookingStatusNames.All)}, {GetHistoryQuery.AnyStatus}.")
            .Must((query, status) => query.UserId is not null || status == BookingStatus.Confirmed.Name())
            .WithMessage("Needs 'user_id', unless it is confirmed.");
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
            () => sales.CountBookingsAsync(request.Filter, cancellationToken),
            (offset, limit) => sales.ReadBookingsAsync(request.Filter, request.Before, offset, limit, cancellationToken));
}
