using FluentValidation;
using MediatR;
using Ticketing.Application.Common;
using Ticketing.Application.Events.SetReadOnly;
using Ticketing.Application.Sales;
using Ticketing.Domain;

namespace Ticketing.Application.Events.GetStatus;

/// <summary>The state of an event's sale.</summary>
public sealed record GetStatusQuery : IRequest<EventStatus?>
{
    /// <summary>The event; without it, the current event.</summary>
    public int? EventId { get; init; }
}

internal sealed class GetStatusValidator : AbstractValidator<GetStatusQuery>
{
    public GetStatusValidator() => RuleFor(query => query.EventId).IsId();
}

internal sealed class GetStatusHandler(ISalesReader sales, IMaintenance maintenance) : IRequestHandler<GetStatusQuery, EventStatus?>
{
    public async Task<EventStatus?> Handle(GetStatusQuery request, CancellationToken cancellationToken)
    {
        var status = await sales.FindStatusAsync(request.EventId, cancellationToken);
        return maintenance.IsReadOnly && status?.State == SaleState.OnSale ? status with { State = SaleState.Paused } : status;
    }
}
