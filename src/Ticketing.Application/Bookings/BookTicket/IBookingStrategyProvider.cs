using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>Provides the strategies that this installation can run.</summary>
public interface IBookingStrategyProvider
{
    /// <summary>The implementation of <paramref name="strategy"/>. Null if it is unavailable; <see cref="WhyUnavailable"/> explains why.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="kind">What the event is for: of races, no business metric speaks.</param>
    IBookingStrategy? Find(BookingStrategy strategy, EventKind kind);

    /// <summary>Null if <paramref name="strategy"/> is available, otherwise a sentence that explains what is missing.</summary>
    string? WhyUnavailable(BookingStrategy strategy);
}
