using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Application.Common;
using Ticketing.Domain;

namespace Ticketing.Application.Events.ChangeEvent;

/// <summary>What to change of an event. What is left out stays as it is; <c>null</c> removes a limit or a time.</summary>
/// <remarks>Setters, not <c>init</c>: source-generated deserialization would set those that are left out, too.</remarks>
public sealed record ChangeEventCommand : IRequest<EventOutcome>
{
    /// <summary>The event, from the address.</summary>
    [JsonIgnore]
    public int EventId { get; init; }

    /// <summary>Who changes it.</summary>
    [JsonIgnore]
    public Actor Actor { get; init; } = new(null, "");

    /// <summary>Number of tickets, 1 to 10,000,000, and not below those sold and held.</summary>
    public int? TotalTickets
    {
        get;
        set
        {
            field = value;
            ChangesTotalTickets = true;
        }
    }

    /// <summary>Maximum number of tickets of one user, over all orders, 1 to 10,000,000.</summary>
    public int? MaxPerUser
    {
        get;
        set
        {
            field = value;
            ChangesMaxPerUser = true;
        }
    }

    /// <summary>When the sale starts.</summary>
    public DateTimeOffset? SaleStartsAt
    {
        get;
        set
        {
            field = value;
            ChangesSaleStartsAt = true;
        }
    }

    /// <summary>When the sale ends.</summary>
    public DateTimeOffset? SaleEndsAt
    {
        get;
        set
        {
            field = value;
            ChangesSaleEndsAt = true;
        }
    }

    internal bool ChangesTotalTickets { get; private set; }

    internal bool ChangesMaxPerUser { get; private set; }

    internal bool ChangesSaleStartsAt { get; private set; }

    internal bool ChangesSaleEndsAt { get; private set; }
}

internal sealed class ChangeEventValidator : AbstractValidator<ChangeEventCommand>
{
    public ChangeEventValidator()
    {
        RuleFor(command => command.TotalTickets).IsBetween(1, Event.MaxTickets);
        RuleFor(command => command.TotalTickets).NotNull().When(command => command.ChangesTotalTickets).WithMessage("Must not be null.");
        RuleFor(command => command.MaxPerUser).IsBetween(1, Event.MaxTickets);
        RuleFor(command => command.SaleStartsAt).IsStorable();
        RuleFor(command => command.SaleEndsAt).IsStorable();
    }
}

internal sealed class ChangeEventHandler(IEventRepository events) : IRequestHandler<ChangeEventCommand, EventOutcome>
{
    public Task<EventOutcome> Handle(ChangeEventCommand request, CancellationToken cancellationToken) =>
        events.ChangeAsync(request.EventId, AuditAction.EventChanged, request.Actor, @event => Change(@event, request), cancellationToken);

    private static EventOutcome? Change(Event @event, ChangeEventCommand command)
    {
        var before = @event.Stock;
        var rules = before.Rules with
        {
            MaxPerUser = command.ChangesMaxPerUser ? command.MaxPerUser : before.Rules.MaxPerUser,
            StartsAt = command.ChangesSaleStartsAt ? command.SaleStartsAt?.UtcDateTime : before.Rules.StartsAt,
            EndsAt = command.ChangesSaleEndsAt ? command.SaleEndsAt?.UtcDateTime : before.Rules.EndsAt,
        };
        if (rules.EndsAt <= rules.StartsAt)
        {
            return new EventOutcome.EndsBeforeStart();
        }

        if (command.TotalTickets is { } total && total != before.Total && !@event.TryChangeTotal(total))
        {
            return new EventOutcome.BelowSold(before.Sold + before.Held);
        }

        return rules == before.Rules || @event.TryChangeRules(rules) ? null : new EventOutcome.SaleEnded();
    }
}
