using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>row_version</c>: optimistic. Read the row with its version, save only if the version is unchanged, otherwise start over.
/// </summary>
/// <remarks>
/// <para>What it prevents, with one ticket left:</para>
/// <code>
/// buyer A                                     buyer B
/// SELECT → available 1, version 7
///                                             SELECT → available 1, version 7
/// UPDATE … version = 8 WHERE version = 7      1 row
/// INSERT, COMMIT
///                                             UPDATE … WHERE version = 7      0 rows: A was faster
///                                             rolls back, reads again → 0: sold out
/// </code>
/// <para>
/// Without conflicts nobody waits, so it suits rows that are seldom contended. On a hot row nearly all attempts conflict: of n buyers who read
/// the same version one succeeds, and the work of the others is wasted. Each attempt needs a context and a transaction of its own: a second
/// read inside the old transaction could return the old version forever.
/// </para>
/// <para>
/// The UPDATE runs before the INSERT in a round trip of its own. EF Core would send the INSERT first; its foreign key takes a shared lock on the
/// event's row, and two buyers with a shared lock can never both update it: a deadlock for each conflict.
/// </para>
/// <para>
/// Errors: no row updated (EF Core's DbUpdateConcurrencyException), deadlock 1213, lock wait timeout 1205 and write conflict 1020 (SQLite:
/// busy 5) are retried by <see cref="ContentionRetry"/>; the key's unique index (1062) is for <see cref="IdempotentStrategy"/>.
/// Source: https://learn.microsoft.com/ef/core/saving/concurrency
/// </para>
/// </remarks>
internal sealed class RowVersionStrategy(
    IDbContextFactory<TicketingDbContext> contexts,
    OrderTransactions transactions,
    Admission admission,
    BookingCommit commit,
    ContentionRetry retry) : IBookingStrategy
{
    public Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken) =>
        retry.RunAsync(BookingStrategy.RowVersion, () => TryBookAsync(order, cancellationToken), cancellationToken);

    private async Task<BookingOutcome?> TryBookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);

        // Before the read, so that both use one connection: waiting for a second connection would make the version outdated.
        await using var transaction = await transactions.BeginAsync(db, cancellationToken);
        var @event = await db.Events.SingleOrDefaultAsync(@event => @event.Id == order.EventId, CancellationToken.None);
        if (@event is null)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        if (await admission.RefuseAsync(db, order, @event.Stock) is { } refusal)
        {
            return refusal;
        }

        @event.Take(order.Quantity, order.Status);
        try
        {
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateConcurrencyException)
        {
            return null;
        }

        // The UPDATE may have waited for the row until the sale has ended. Whatever else changes the rules, changes the version.
        if (await admission.RefuseByTimeAsync(db, @event.Stock.Rules) is { } late)
        {
            return late;
        }

        var booking = await admission.AdmitAsync(db, order);
        db.Bookings.Add(booking);
        await db.SaveChangesAsync(CancellationToken.None);
        return await commit.CommitAsync(transaction, booking, @event.Stock, order);
    }
}
