using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>row_version</c>: optimistic. Read the row with its version, save only where the version is unchanged, else start over.
/// </summary>
/// <remarks>
/// <para>What it stops, with one ticket left:</para>
/// <code>
/// buyer A                                     buyer B
/// SELECT → available 1, version 7
///                                             SELECT → available 1, version 7
/// UPDATE … version = 8 WHERE version = 7      1 row
/// INSERT, COMMIT
///                                             UPDATE … WHERE version = 7      0 rows: somebody was faster
///                                             rolls back, reads again → 0: sold out
/// </code>
/// <para>
/// Nobody waits while nobody collides, which makes it the best for rows that are seldom contended. On a hot row nearly everybody collides:
/// of n buyers who read the same version one gets through, and the work of the others is thrown away. Each attempt needs a context and a
/// transaction of its own: a second read inside the old transaction could show the old version for ever.
/// </para>
/// <para>
/// The UPDATE goes before the INSERT in a round trip of its own. EF Core would sort the INSERT first, its foreign key would lock the event's
/// row for sharing, and two buyers who both share it can never both update it: a deadlock for each collision.
/// </para>
/// <para>
/// Errors: no row updated (EF Core's DbUpdateConcurrencyException), deadlock 1213, lock wait timeout 1205 and write conflict 1020 (SQLite:
/// busy 5) are tried again by <see cref="ContentionRetry"/>; the key's unique index (1062) is for <see cref="IdempotentStrategy"/>.
/// Source: https://learn.microsoft.com/ef/core/saving/concurrency
/// </para>
/// </remarks>
internal sealed class RowVersionStrategy(
    IDbContextFactory<TicketingDbContext> contexts,
    BookingCommit commit,
    ContentionRetry retry,
    TimeProvider clock) : IBookingStrategy
{
    public Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken) =>
        retry.RunAsync(BookingStrategy.RowVersion, () => TryBookAsync(order, cancellationToken), cancellationToken);

    private async Task<BookingOutcome?> TryBookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);

        // Before the read, so that both use one connection: who queues for a second one behind all the others comes back to a row long changed.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var @event = await db.Events.SingleOrDefaultAsync(@event => @event.Id == order.EventId, CancellationToken.None);
        if (@event is null)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        if (BookingOutcome.Refusal(@event.AvailableTickets, order.Quantity) is { } refusal)
        {
            return refusal;
        }

        @event.Take(order.Quantity);
        try
        {
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateConcurrencyException)
        {
            return null;
        }

        var booking = order.ToBooking(clock.GetUtcNow().UtcDateTime);
        db.Bookings.Add(booking);
        await db.SaveChangesAsync(CancellationToken.None);
        return await commit.CommitAsync(transaction, booking);
    }
}
