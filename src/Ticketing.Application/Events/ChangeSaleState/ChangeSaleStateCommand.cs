using MediatR;
using Ticketing.Application.Access;
using Ticketing.Domain;

namespace Ticketing.Application.Events.ChangeSaleState;

/// <summary>Pauses, resumes or ends the sale of an event. Repeating it changes nothing.</summary>
/// <param name="EventId">The event.</param>
/// <param name="State">The new state: on sale, paused or ended.</param>
/// <param name="Actor">Who does it.</param>
public sealed record ChangeSaleStateCommand(int EventId, SaleState State, Actor Actor) : IRequest<EventOutcome>;

internal sealed class ChangeSaleStateHandler(IEventRepository events) : IRequestHandler<ChangeSaleStateCommand, EventOutcome>
{
    public Task<EventOutcome> Handle(ChangeSaleStateCommand request, CancellationToken cancellationToken) => events.ChangeAsync(
        request.EventId,
        request.State switch
        {
            SaleState.OnSale => AuditAction.SaleResumed,
            SaleState.Paused => AuditAction.SalePaused,
            _ => AuditAction.SaleClosed,
        },
        request.Actor,
        @event => @event.State == request.State || @event.TryChangeRules(@event.Stock.Rules with { State = request.State }) ? null : new EventOutcome.SaleEnded(),
        cancellationToken);
}
