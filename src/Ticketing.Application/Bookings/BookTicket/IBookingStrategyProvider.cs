using Ticketing.Domain;

namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>Knows the strategies that this installation can run.</summary>
public interface IBookingStrategyProvider
{
    /// <summary>The implementation of <paramref name="strategy"/>.</summary>
    /// <exception cref="NotSupportedException">It cannot run here; <see cref="WhyUnavailable"/> says why.</exception>
    IBookingStrategy Get(BookingStrategy strategy);

    /// <summary>Null when <paramref name="strategy"/> can run here, else a sentence that says what is missing.</summary>
    string? WhyUnavailable(BookingStrategy strategy);
}
