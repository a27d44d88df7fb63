using Microsoft.EntityFrameworkCore;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// Adds idempotency keys to a strategy that books one order per transaction.
/// </summary>
/// <remarks>
/// The key is a unique column of the booking, so the booking's own transaction stores it. The look-ups:
/// <list type="bullet">
/// <item>before: a repeated key returns its booking, even if the event has sold out since;</item>
/// <item>after the unique index refused: another request with the key was faster and has committed, otherwise the index would have waited;</item>
/// <item>after a refusal: another request with the key may have taken the last ticket between the first look-up and the check.</item>
/// </list>
/// </remarks>
internal sealed class IdempotentStrategy(
    IBookingStrategy strategy, IDbContextFactory<TicketingDbContext> contexts, IDatabaseErrors errors, IDatabaseClock clock) : IBookingStrategy
{
    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        if (order.IdempotencyKey is null)
        {
            return await strategy.BookAsync(order, cancellationToken);
        }

        if (await FindFirstAsync(order, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        try
        {
            var outcome = await strategy.BookAsync(order, cancellationToken);
            return outcome is BookingOutcome.Taken or BookingOutcome.Unknown ? outcome : await FindFirstAsync(order, cancellationToken) ?? outcome;
        }
        catch (Exception exception) when (errors.Classify(exception) == DatabaseFault.DuplicateKey)
        {
            return await FindFirstOrUnknownAsync(order, cancellationToken);
        }
    }

    /// <summary>Somebody has booked with the key. Without knowing what, nobody can be told that nothing was booked.</summary>
    private async Task<BookingOutcome> FindFirstOrUnknownAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        try
        {
            return await FindFirstAsync(order, cancellationToken) ?? BookingOutcome.Unknown.Instance;
        }
        catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
        {
            return BookingOutcome.Unknown.Instance;
        }
    }

    private async Task<BookingOutcome?> FindFirstAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var first = await db.Bookings.AsNoTracking()
            .SingleOrDefaultAsync(booking => booking.IdempotencyKey == order.IdempotencyKey, cancellationToken);
        return first is null ? null : order.RepetitionOf(first, order.HoldSeconds is null ? default : await clock.NowAsync(db));
    }
}
