namespace Ticketing.Application.Bookings.BookTicket;

/// <summary>
/// One way to sell tickets while many buyers want the same row.
/// </summary>
/// <remarks>
/// <para>The contract of every strategy, which a shared test class checks:</para>
/// <list type="bullet">
/// <item>An order is booked, or held, as a whole or not at all, and <see cref="BookingOutcome.Taken"/> is returned only after the booking is durable.</item>
/// <item>The stock and the booking change together: at rest, available + held + sold = total.</item>
/// <item>It never oversells: available never falls below zero. Only the naive strategy breaks this, on purpose.</item>
/// <item>It never undersells: while tickets remain, an order is served, or answered <see cref="BookingOutcome.NotEnoughTickets"/> or
/// <see cref="BookingOutcome.Busy"/>, but never <see cref="BookingOutcome.SoldOut"/>. The tickets of holds that are due remain, too: they come back first.</item>
/// <item>No order is served before the sale starts, while it is paused, or after its end, and no user gets more tickets than the limit. That is decided under
/// the event's lock, or confirmed by its version, so it holds for every order that begins after the rules were changed. Naive checks without a lock, so it guarantees nothing.</item>
/// <item>A strategy only takes tickets. What gives them back is the same for all, and holds the event's lock.</item>
/// <item>An idempotency key books once. Repeated with the same order it returns the first booking, with another order
/// <see cref="BookingOutcome.KeyReused"/>. An outcome that booked nothing leaves the key unused.</item>
/// <item>Contention that outlasts its retries is <see cref="BookingOutcome.Busy"/>. Exceptions are faults, such as an unavailable database.</item>
/// <item>It can be called by any number of threads and replicas at once.</item>
/// </list>
/// </remarks>
public interface IBookingStrategy
{
    /// <summary>Books an order, or holds its tickets, if the stock allows.</summary>
    /// <param name="order">A valid order for an event that exists, or existed a moment ago.</param>
    /// <param name="cancellationToken">Ends waiting, but never a transaction that may already be committing.</param>
    Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken);
}
