using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Reads;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>
/// Commits a booking. If the connection is lost meanwhile, finds out whether it was committed, so that no buyer is told "booked" or "not booked"
/// on a guess.
/// </summary>
internal sealed class BookingCommit(
    IDbContextFactory<TicketingDbContext> contexts,
    IDatabaseErrors errors,
    Deadline deadline,
    LatestStock latest,
    IOptions<BookingOptions> options,
    TimeProvider clock,
    ILogger<BookingCommit> logger)
{
    /// <summary>The time between two attempts at asking the database what was committed.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="transaction">A transaction that has changed the stock, so it holds the lock on the event's row.</param>
    /// <param name="booking">The booking that it has inserted, with its id.</param>
    /// <param name="left">The stock that it leaves behind.</param>
    /// <param name="order">Its order.</param>
    /// <returns>Booked, or held; null if it was not committed and can be retried; or unknown.</returns>
    public async Task<BookingOutcome?> CommitAsync(OrderTransactions.OrderTransaction transaction, Booking booking, Stock left, BookTicketCommand order)
    {
        try
        {
            await transaction.CommitAsync("bookings", booking.Id);
            return Taken();
        }
        catch (Exception exception) when (exception is not DeadlineExceededException && errors.MayBeCommitted(exception))
        {
            BookingLog.LostAtCommit(logger, booking.Id, booking.EventId, exception.GetBaseException().Message);
        }
        catch (Exception exception) when (errors.Classify(exception) == DatabaseFault.Contention)
        {
            deadline.NotCommitted();
            throw;
        }

        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                if (await WasCommittedAsync(booking))
                {
                    return Taken();
                }

                deadline.NotCommitted();
                return null;
            }
            catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
            {
                if (deadline.HasPassed || clock.GetElapsedTime(started).TotalSeconds > options.Value.CommitPatienceSeconds)
                {
                    BookingLog.OutcomeUnknown(logger, booking.Id, booking.EventId, exception.GetBaseException().Message);
                    return BookingOutcome.Unknown.Instance;
                }
            }

            await Task.Delay(Pause, clock);
        }

        BookingOutcome Taken()
        {
            latest.Saw(booking.EventId, left);
            return order.OutcomeOf(booking, booking.Timestamp, replayed: false);
        }
    }

    /// <summary>
    /// The server may still be at work for the lost connection, so the event's row is written to first. Every order does the same, so one that was sent before has been
    /// committed by then, or never will be: on one server it holds the row until it has ended; and of two nodes of a Galera cluster, the one that is second is refused, in
    /// the order that the cluster has agreed on. What is read after that, on the same connection, is final.
    /// Source: https://galeracluster.com/library/documentation/certification-based-replication.html
    /// </summary>
    private async Task<bool> WasCommittedAsync(Booking booking)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var found = await db.Bookings
            .FromSqlRaw("UPDATE events SET version = version + 1 WHERE id = {0}; SELECT * FROM bookings WHERE id = {1}", booking.EventId, booking.Id)
            .AsNoTracking()
            .ToListAsync();
        return found is [var stored]
            && stored.IsFor(booking.UserId, booking.EventId, booking.Quantity, booking.HoldSeconds)
            && stored.IdempotencyKey == booking.IdempotencyKey;
    }
}
