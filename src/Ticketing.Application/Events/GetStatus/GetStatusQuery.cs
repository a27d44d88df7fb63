using FluentValidation;
using MediatR;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

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

internal sealed class GetStatusHandler(ISalesReader sales) : IRequestHandler<GetStatusQuery, EventStatus?>
{
    public Task<EventStatus?> Handle(GetStatusQuery request, CancellationToken cancellationToken) =>
        sales.FindStatusAsync(request.EventId, cancellationToken);
}
