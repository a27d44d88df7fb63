using FluentValidation;
using Ticketing.Application.Common;
using Ticketing.Domain;

namespace Ticketing.Application.Bookings;

/// <summary>What orders have in common, whether they book or hold.</summary>
public interface IOrder
{
    /// <summary>The header with the <see cref="IdempotencyKey"/>.</summary>
    const string IdempotencyKeyHeader = "Idempotency-Key";

    /// <summary>The user who orders.</summary>
    int UserId { get; }

    /// <summary>The event.</summary>
    int EventId { get; }

    /// <summary>Number of tickets.</summary>
    int Quantity { get; }

    /// <summary>The client's key for this order, from the header <c>Idempotency-Key</c>, or null.</summary>
    string? IdempotencyKey { get; }

    /// <summary>Who orders, where callers are asked who they are.</summary>
    string? CreatedBy { get; }
}

/// <summary>Checks the shape of an order. Only the strategy's transaction can check the stock.</summary>
internal abstract class OrderValidator<TOrder> : AbstractValidator<TOrder>
    where TOrder : IOrder
{
    protected OrderValidator()
    {
        RuleFor(order => order.UserId).IsId();
        RuleFor(order => order.EventId).IsId();
        RuleFor(order => order.Quantity).IsBetween(1, Booking.MaxQuantity);
        RuleFor(order => order.IdempotencyKey)
            .Must(IsKey)
            .WithMessage($"Must have 1 to {Booking.MaxIdempotencyKeyLength} visible ASCII characters.")
            .OverridePropertyName(IOrder.IdempotencyKeyHeader);
    }

    private static bool IsKey(string? key) =>
        key is null || (key.Length is >= 1 and <= Booking.MaxIdempotencyKeyLength && !key.AsSpan().ContainsAnyExceptInRange('!', '~'));
}
