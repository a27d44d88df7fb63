using System.Collections.Frozen;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>Creates each available strategy once, and provides it: observed for sales, recorded for races.</summary>
internal sealed class BookingStrategyProvider(
    Func<BookingStrategy, IBookingStrategy> create,
    Func<BookingStrategy, IBookingStrategy, IBookingStrategy> observe,
    Func<IBookingStrategy, IBookingStrategy> record,
    Func<BookingStrategy, string?> whyUnavailable) : IBookingStrategyProvider
{
    private readonly FrozenDictionary<BookingStrategy, Variants> _strategies = Enum.GetValues<BookingStrategy>()
        .Where(strategy => whyUnavailable(strategy) is null)
        .ToFrozenDictionary(strategy => strategy, strategy =>
        {
            var made = create(strategy);
            return new Variants(observe(strategy, made), record(made));
        });

    public IBookingStrategy? Find(BookingStrategy strategy, EventKind kind) =>
        !_strategies.TryGetValue(strategy, out var variants) ? null
        : kind == EventKind.Sale ? variants.OfSales
        : variants.OfRaces;

    public string? WhyUnavailable(BookingStrategy strategy) => whyUnavailable(strategy);

    private sealed record Variants(IBookingStrategy OfSales, IBookingStrategy OfRaces);
}
