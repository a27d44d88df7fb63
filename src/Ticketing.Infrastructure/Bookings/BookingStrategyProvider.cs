using System.Collections.Frozen;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>Creates each available strategy once, and provides it.</summary>
internal sealed class BookingStrategyProvider(
    Func<BookingStrategy, IBookingStrategy> create, Func<BookingStrategy, string?> whyUnavailable) : IBookingStrategyProvider
{
    private readonly FrozenDictionary<BookingStrategy, IBookingStrategy> _strategies =
        Enum.GetValues<BookingStrategy>().Where(strategy => whyUnavailable(strategy) is null).ToFrozenDictionary(strategy => strategy, create);

    public IBookingStrategy? Find(BookingStrategy strategy) => _strategies.GetValueOrDefault(strategy);

    public string? WhyUnavailable(BookingStrategy strategy) => whyUnavailable(strategy);
}
