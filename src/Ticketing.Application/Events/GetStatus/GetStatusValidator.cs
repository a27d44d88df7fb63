using FluentValidation;
using Ticketing.Application.Common;

namespace Ticketing.Application.Events.GetStatus;

internal sealed class GetStatusValidator : AbstractValidator<GetStatusQuery>
{
    public GetStatusValidator() => RuleFor(query => query.EventId).IsId();
}
