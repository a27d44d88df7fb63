using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>naive</c>: read the stock, check, wait, decrement, insert the booking. No transaction, no lock, no guard. It oversells on purpose.
/// </summary>
/// <remarks>
/// <para>The interleaving that nothing prevents, with one ticket left:</para>
/// <code>
/// buyer A                     buyer B
/// SELECT available → 1
///                             SELECT available → 1
/// UPDATE available = available - 1 → 0
///                             UPDATE available = available - 1 → -1      one ticket, two buyers
/// </code>
/// <para>
/// It is naive about the stock, not about the key: a booking refused by the key's unique index returns its tickets. That is a statement of its
/// own too, so a crash, or a deadline, between two statements leaves a stock that does not match the bookings.
/// </para>
/// <para>
/// Errors: the unique index (MariaDB 1062, SQLite 2067), and a connection that is lost while the booking is inserted: the outcome is unknown. Everything
/// else is a fault and is thrown.
/// </para>
/// </remarks>
internal sealed class NaiveStrategy(
    IDbContextFactory<TicketingDbContext> contexts,
    IDatabaseErrors errors,
    Deadline deadline,
    Admission admission,
    LatestStock latest,
    IOptions<BookingOptions> options,
    TimeProvider clock) : IBookingStrategy
{
    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);

        var stock = await db.ReadStockAsync(order.EventId, cancellationToken);
        if (stock is null)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        if (await admission.RefuseAsync(db, order, stock) is { } refusal)
        {
            return refusal;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(options.Value.NaiveDelayMilliseconds), clock, cancellationToken);

        await EventOf(order, db).ChangeAsync(order.StockChange);
        stock = await db.ReadStockAsync(order.EventId, CancellationToken.None);
        var booking = await admission.AdmitAsync(db, order);
        db.Bookings.Add(booking);
        await db.Database.OpenConnectionAsync(CancellationToken.None); // what fails after this may have been sent
        deadline.Committing(); // without a transaction, the INSERT is its own commit
        try
        {
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateException exception) when (errors.Classify(exception) == DatabaseFault.DuplicateKey)
        {
            await EventOf(order, db).ChangeAsync(-order.StockChange);
            throw;
        }
        catch (Exception) when (db.Database.GetDbConnection().State != ConnectionState.Open)
        {
            return BookingOutcome.Unknown.Instance;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }

        latest.Saw(order.EventId, stock!);
        return order.OutcomeOf(booking, booking.Timestamp, replayed: false);
    }

    private static IQueryable<Event> EventOf(BookTicketCommand order, TicketingDbContext db) => db.Events.Where(@event => @event.Id == order.EventId);
}
