using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Returns;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// Reports the outcome of a strategy to metrics and traces, so that all are measured alike and their files contain only the algorithm.
/// </summary>
internal sealed class ObservedBookingStrategy(
    BookingStrategy name, IBookingStrategy strategy, TicketingMetrics metrics, RecentlySold recentlySold, BookedOrders bookedOrders) : IBookingStrategy
{
    private readonly string _activityName = $"book {name.Name()}";

    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        using var activity = TicketingTracing.Start(_activityName);
        BookingOutcome? outcome = null;
        try
        {
            outcome = await strategy.BookAsync(order, cancellationToken);
            if (outcome is BookingOutcome.Taken taken)
            {
                recentlySold.Add(order.EventId);
                if (order.HoldSeconds is not null)
                {
                    bookedOrders.Remember(taken.BookingId, new(order.EventId, order.UserId, order.CreatedBy));
                }
            }

            return outcome;
        }
        finally
        {
            metrics.OrderDecided(name, outcome);
            activity?.SetTag("booking.outcome", outcome?.GetType().Name ?? "fault");
        }
    }
}
