using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>Tells a busy database from an unavailable one.</summary>
internal static class BusyOrUnavailable
{
    /// <exception cref="DatabaseUnavailableException">The outcome is "busy", and the reason is that the database is unavailable.</exception>
    public static BookingOutcome Confirm(this DatabaseCircuitBreaker breaker, BookingOutcome outcome) =>
        outcome is BookingOutcome.Busy && !breaker.IsAnswering ? throw new DatabaseUnavailableException() : outcome;
}
