using FluentValidation;
using Ticketing.Application.Common;

namespace Ticketing.Application.Events.ListEvents;

internal sealed class ListEventsValidator : AbstractValidator<ListEventsQuery>
{
    public ListEventsValidator() => this.IsPaged();
}
