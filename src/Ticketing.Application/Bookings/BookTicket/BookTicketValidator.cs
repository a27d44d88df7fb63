using FluentValidation;
using Ticketing.Application.Common;
using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>Checks the shape of an order. Only the strategy's transaction can check the stock.</summary>
internal sealed class BookTicketValidator : AbstractValidator<BookTicketCommand>
{
    public BookTicketValidator()
    {
        RuleFor(order => order.UserId).IsId();
        RuleFor(order => order.EventId).IsId();
        RuleFor(order => order.Quantity).IsBetween(1, Booking.MaxQuantity);
        RuleFor(order => order.IdempotencyKey)
            .Must(IsKey)
            .WithMessage($"Must have 1 to {Booking.MaxIdempotencyKeyLength} visible ASCII characters.")
            .OverridePropertyName(BookTicketCommand.IdempotencyKeyHeader);
    }

    private static bool IsKey(string? key) =>
        key is null || (key.Length is >= 1 and <= Booking.MaxIdempotencyKeyLength && !key.AsSpan().ContainsAnyExceptInRange('!', '~'));
}
