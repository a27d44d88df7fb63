using MediatR;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Events.GetStatus;

/// <summary>How a sale stands.</summary>
public sealed record GetStatusQuery : IRequest<EventStatus?>
{
    /// <summary>Which event; left out, the current one.</summary>
    public int? EventId { get; init; }
}
