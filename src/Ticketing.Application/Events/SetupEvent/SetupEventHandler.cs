using MediatR;
using Ticketing.Domain;

namespace Ticketing.Application.Events.SetupEvent;

internal sealed class SetupEventHandler(IEventRepository events, TimeProvider clock)
    : IRequestHandler<SetupEventCommand, SetupEventResult?>
{
    public async Task<SetupEventResult?> Handle(SetupEventCommand request, CancellationToken cancellationToken)
    {
        var rules = SaleRules.Open with { MaxPerUser = request.MaxPerUser, StartsAt = request.SaleStartsAt?.UtcDateTime, EndsAt = request.SaleEndsAt?.UtcDateTime };
        var @event = Event.SetUp(
            request.EventName, request.TotalTickets, request.Strategy, clock.GetUtcNow().UtcDateTime, rules,
            request.HoldSeconds ?? Math.Min(Event.DefaultHoldSeconds, request.MaxHoldSeconds ?? int.MaxValue),
            request.MaxHoldSeconds ?? Math.Max(Event.DefaultMaxHoldSeconds, request.HoldSeconds ?? 0),
            request.Kind);
        return !await events.AddAsync(@event, request.Actor, cancellationToken) ? null : new SetupEventResult("Event setup successful", @event.Id, @event.Name, @event.TotalTickets, @event.Strategy);
    }
}
