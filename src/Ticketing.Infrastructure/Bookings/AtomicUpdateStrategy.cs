using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>atomic_update</c>: one UPDATE that checks and decrements, then the booking, in one transaction.
/// </summary>
/// <remarks>
/// <para>What it prevents, with one ticket left:</para>
/// <code>
/// buyer A                                           buyer B
/// UPDATE … SET available = available - 1
///          WHERE available >= 1   → 1 row, locked
///                                                   UPDATE … WHERE available >= 1      waits for A's lock
/// INSERT booking
/// COMMIT
///                                                   …reads 0 under its own lock        → 0 rows: sold out
/// </code>
/// <para>
/// At READ COMMITTED, an UPDATE reads the newest committed row, so no decision uses an old value. The lock is held from the UPDATE to the COMMIT. Under it,
/// the row is read once more: for the rules of the sale, and for the stock that is left. The booking is inserted in the same transaction: if it fails, the
/// stock is rolled back too.
/// </para>
/// <para>
/// Errors: deadlock 1213, lock wait timeout 1205 and write conflict 1020 (SQLite: busy 5) are retried from the start by
/// <see cref="ContentionRetry"/>; the key's unique index (1062) is for <see cref="IdempotentStrategy"/>.
/// Source: https://mariadb.com/kb/en/innodb-lock-modes/
/// </para>
/// </remarks>
internal sealed class AtomicUpdateStrategy(
    IDbContextFactory<TicketingDbContext> contexts,
    OrderTransactions transactions,
    Admission admission,
    BookingCommit commit,
    ContentionRetry retry) : IBookingStrategy
{
    public Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken) =>
        retry.RunAsync(BookingStrategy.AtomicUpdate, () => TryBookAsync(order, cancellationToken), cancellationToken);

    private async Task<BookingOutcome?> TryBookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await transactions.BeginAsync(db, cancellationToken);

        var taken = await db.Events
            .Where(@event => @event.Id == order.EventId && @event.AvailableTickets >= order.Quantity)
            .ChangeAsync(order.StockChange);
        var stock = await db.ReadStockAsync(order.EventId, CancellationToken.None);
        if (stock is null)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        if (taken == 0)
        {
            return await admission.RefuseAsync(db, order, stock); // null, which means "retry", if the stock has grown since the UPDATE
        }

        if (await admission.RefuseByRulesAsync(db, order, stock) is { } refusal)
        {
            return refusal;
        }

        var booking = await admission.AdmitAsync(db, order);
        db.Bookings.Add(booking);
        await db.SaveChangesAsync(CancellationToken.None);
        return await commit.CommitAsync(transaction, booking, stock, order);
    }
}
