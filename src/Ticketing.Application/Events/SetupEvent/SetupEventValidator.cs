using FluentValidation;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Common;
using Ticketing.Domain;

namespace Ticketing.Application.Events.SetupEvent;

internal sealed class SetupEventValidator : AbstractValidator<SetupEventCommand>
{
    public SetupEventValidator(IBookingStrategyProvider strategies)
    {
        RuleFor(command => command.EventName)
            .Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("Must not be blank. Omit it to use the default name.")
            .MaximumLength(Event.MaxNameLength).WithMessage($"Must have at most {Event.MaxNameLength} characters.")
            .Must(name => !name.Any(char.IsControl)).WithMessage("Must not contain control characters.");

        RuleFor(command => command.TotalTickets).IsBetween(1, Event.MaxTickets);

        RuleFor(command => command.MaxPerUser).IsBetween(1, Event.MaxTickets);
        RuleFor(command => command.SaleStartsAt).IsStorable();
        RuleFor(command => command.SaleEndsAt).IsStorable()
            .Must((command, endsAt) => !(endsAt <= command.SaleStartsAt)).WithMessage("Must be later than sale_starts_at.");

        RuleFor(command => command.HoldSeconds).IsBetween(10, 3600);
        RuleFor(command => command.MaxHoldSeconds).IsBetween(10, EventFacts.LongestHoldSeconds)
            .Must((command, max) => !(max < command.HoldSeconds)).WithMessage("Must not be less than hold_seconds.");

        RuleFor(command => command.Strategy)
            .Must(strategy => strategies.WhyUnavailable(strategy) is null)
            .WithMessage(command => strategies.WhyUnavailable(command.Strategy));
    }
}
