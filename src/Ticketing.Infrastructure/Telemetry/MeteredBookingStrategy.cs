using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Telemetry;

/// <summary>Counts and traces what a strategy decides, so that all are measured alike and their files stay pure algorithm.</summary>
internal sealed class MeteredBookingStrategy(BookingStrategy name, IBookingStrategy strategy, TicketingMetrics metrics) : IBookingStrategy
{
    private readonly string _activityName = $"book {name.Name()}";

    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        using var activity = TicketingTracing.Start(_activityName);
        BookingOutcome? outcome = null;
        try
        {
            outcome = await strategy.BookAsync(order, cancellationToken);
            return outcome;
        }
        finally
        {
            metrics.OrderDecided(name, outcome);
            activity?.SetTag("booking.outcome", outcome?.GetType().Name ?? "fault");
        }
    }
}
