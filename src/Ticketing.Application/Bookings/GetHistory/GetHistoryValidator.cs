using FluentValidation;
using Ticketing.Application.Common;

namespace Ticketing.Application.Bookings.GetHistory;

internal sealed class GetHistoryValidator : AbstractValidator<GetHistoryQuery>
{
    public GetHistoryValidator()
    {
        RuleFor(query => query.EventId).IsId();
        RuleFor(query => query.UserId).IsId();
        this.IsPaged();
    }
}
