using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Domain;

namespace Ticketing.Api.Controllers;

/// <summary>The headers of a booking.</summary>
public sealed record BookingHeaders
{
    /// <summary>The name of the header.</summary>
    public const string IdempotencyKeyName = "Idempotency-Key";

    /// <summary>The client's own name for this order, 1 to 255 visible ASCII characters; repeat it to repeat the order safely.</summary>
    /// <example>5f0c1a9e-order-1</example>
    [FromHeader(Name = IdempotencyKeyName)]
    public string? IdempotencyKey { get; init; }
}

internal sealed class BookingHeadersValidator : AbstractValidator<BookingHeaders>
{
    public BookingHeadersValidator() => RuleFor(headers => headers.IdempotencyKey)
        .Must(IsValid)
        .WithMessage($"Must have 1 to {Booking.MaxIdempotencyKeyLength} visible ASCII characters.")
        .OverridePropertyName(BookingHeaders.IdempotencyKeyName);

    public static bool IsValid(string? key) =>
        key is null || (key.Length is >= 1 and <= Booking.MaxIdempotencyKeyLength && !key.AsSpan().ContainsAnyExceptInRange('!', '~'));
}
