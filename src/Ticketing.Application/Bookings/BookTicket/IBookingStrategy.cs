namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>
/// One way to sell a ticket while many want the same row.
/// </summary>
/// <remarks>
/// <para>The contract, which every strategy keeps and a shared test class checks:</para>
/// <list type="bullet">
/// <item>An order is booked whole or not at all, and <see cref="BookingOutcome.Booked"/> is returned only after the booking is durable.</item>
/// <item>The stock and the booking change together: at rest, available = total - sold.</item>
/// <item>It never oversells: available never goes below zero. The naive strategy alone breaks this, on purpose.</item>
/// <item>It never undersells: while tickets remain, a buyer who asks is served, or told <see cref="BookingOutcome.NotEnoughTickets"/> or
/// <see cref="BookingOutcome.Busy"/>, but never <see cref="BookingOutcome.SoldOut"/>.</item>
/// <item>An idempotency key books once. Repeated with the same order it answers the first booking, with another order
/// <see cref="BookingOutcome.KeyReused"/>. An outcome that booked nothing leaves the key unused.</item>
/// <item>Contention that outlasts its retries is <see cref="BookingOutcome.Busy"/>. Exceptions are faults, such as a database that is gone.</item>
/// <item>It may be called from any number of threads, and replicas, at once.</item>
/// </list>
/// </remarks>
public interface IBookingStrategy
{
    /// <summary>Tries to book.</summary>
    /// <param name="order">A valid order for an event that exists, or did a moment ago.</param>
    /// <param name="cancellationToken">The buyer's patience. It ends waiting, but never a transaction that may already be committing.</param>
    Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken);
}
