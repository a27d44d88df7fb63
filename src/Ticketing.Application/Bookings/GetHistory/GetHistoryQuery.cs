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
