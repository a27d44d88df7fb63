using FluentValidation;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Common;
using Ticketing.Domain;

namespace Ticketing.Application.Races;

/// <summary>A race: each strategy gets an event of its own with the same tickets, and the same crowd of buyers.</summary>
/// <param name="Strategies">Those that race, each once; without it, <c>naive</c> and <c>batched</c>.</param>
/// <param name="Tickets" example="100">Number of tickets of each event, 1 to 10,000.</param>
/// <param name="Buyers" example="500">Number of buyers of each event, 1 to 2,000.</param>
/// <param name="Quantity" example="1">Number of tickets that each buyer orders, 1 to 10.</param>
/// <param name="AtOnce" example="500">How many buyers order at the same time, 1 to 2,000; without it, all of them.</param>
/// <param name="Together">Whether the strategies race at the same time, and not one after the other.</param>
public sealed record RaceSettings(
    IReadOnlyList<BookingStrategy>? Strategies = null,
    int Tickets = 100,
    int Buyers = 500,
    int Quantity = 1,
    int? AtOnce = null,
    bool Together = false)
{
    /// <summary>More buyers are not sent by one server to itself.</summary>
    public const int MaxBuyers = 2000;

    /// <summary>More tickets make no better lesson.</summary>
    public const int MaxTickets = 10_000;

    /// <summary>What is missing, filled in.</summary>
    public RaceSettings Complete() => this with { Strategies = Strategies ?? [BookingStrategy.Naive, BookingStrategy.Batched], AtOnce = Math.Min(AtOnce ?? Buyers, Buyers) };
}

internal sealed class RaceSettingsValidator : AbstractValidator<RaceSettings>
{
    public RaceSettingsValidator(IBookingStrategyProvider strategies)
    {
        RuleFor(race => race.Strategies)
            .Must(chosen => chosen is null or { Count: > 0 }).WithMessage("Must name a strategy. Omit it to race naive and batched.")
            .Must(chosen => chosen is null || chosen.Distinct().Count() == chosen.Count).WithMessage("Names a strategy twice.")
            .Must(chosen => WhyUnavailable(chosen) is null).WithMessage(race => WhyUnavailable(race.Strategies));
        RuleFor(race => race.Tickets).IsBetween(1, RaceSettings.MaxTickets);
        RuleFor(race => race.Buyers).IsBetween(1, RaceSettings.MaxBuyers);
        RuleFor(race => race.Quantity).IsBetween(1, Booking.MaxQuantity);
        RuleFor(race => race.AtOnce).IsBetween(1, RaceSettings.MaxBuyers);

        string? WhyUnavailable(IReadOnlyList<BookingStrategy>? chosen) => chosen?.Select(strategies.WhyUnavailable).FirstOrDefault(reason => reason is not null);
    }
}
