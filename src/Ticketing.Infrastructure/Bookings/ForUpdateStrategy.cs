using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>for_update</c>: pessimistic. Lock the event's row, check, decrement, insert the booking, commit.
/// </summary>
/// <remarks>
/// <para>What it prevents, with one ticket left:</para>
/// <code>
/// buyer A                             buyer B
/// SELECT … FOR UPDATE → 1, locked
///                                     SELECT … FOR UPDATE     waits for A's lock
/// UPDATE, INSERT, COMMIT
///                                     → 0: sold out
/// </code>
/// <para>
/// A locking read returns the newest committed row, not the snapshot's, and keeps it locked until the transaction ends, so no change
/// can happen between check and update. The cost: the lock is held for the whole transaction and its flush, and all buyers queue for it.
/// SQLite has no row locks; there the transaction begins IMMEDIATE and holds the only write lock.
/// </para>
/// <para>
/// Errors: deadlock 1213, lock wait timeout 1205 and write conflict 1020 (SQLite: busy 5) are retried from the start by
/// <see cref="ContentionRetry"/>; the key's unique index (1062) is for <see cref="IdempotentStrategy"/>.
/// Source: https://mariadb.com/kb/en/for-update/
/// </para>
/// </remarks>
internal sealed class ForUpdateStrategy(
    IDbContextFactory<TicketingDbContext> contexts,
    IDatabaseErrors errors,
    OrderTransactions transactions,
    Admission admission,
    BookingCommit commit,
    ContentionRetry retry) : IBookingStrategy
{
    private readonly string _selectLocked = $"SELECT * FROM events WHERE id = {{0}}{errors.RowLock}";

    public Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken) =>
        retry.RunAsync(BookingStrategy.ForUpdate, () => TryBookAsync(order, cancellationToken), cancellationToken);

    private async Task<BookingOutcome?> TryBookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await transactions.BeginAsync(db, cancellationToken);

        // ToList, not Single: EF Core would wrap the SELECT, and a lock in a subquery is not the same.
        var rows = await db.Events.FromSqlRaw(_selectLocked, order.EventId).ToListAsync(CancellationToken.None);
        if (rows is not [var @event])
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        if (await admission.RefuseAsync(db, order, @event.Stock) is { } refusal)
        {
            return refusal;
        }

        var booking = await admission.AdmitAsync(db, order);
        @event.Take(order.Quantity, order.Status);
        db.Bookings.Add(booking);
        await db.SaveChangesAsync(CancellationToken.None);
        return await commit.CommitAsync(transaction, booking, @event.Stock, order);
    }
}
