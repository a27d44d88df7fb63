using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Infrastructure.Bookings.Races;

/// <summary>A strategy whose orders are recorded, for races. No metric of the business speaks of them.</summary>
internal sealed class RacedStrategy(IBookingStrategy strategy, RaceRecorder recorder) : IBookingStrategy
{
    public Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken) =>
        recorder.RecordAsync(order, () => strategy.BookAsync(order, cancellationToken));
}
