using System.Globalization;
using Medallion.Threading.Redis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>
/// <c>distributed_lock</c>: a lock in Redis around check and decrement, one per event, taken before the transaction and released after the
/// commit.
/// </summary>
/// <remarks>
/// <para>The lock prevents the race of <c>naive</c>: no buyer reads between another buyer's read and write. What it cannot prevent:</para>
/// <code>
/// buyer A                                   Redis                   buyer B
/// takes the lock, reads 1
/// …is paused for longer than the expiry     the lock expires
///                                                                   takes the lock, reads 1, sells, releases
/// resumes, as if it had the lock
/// UPDATE … WHERE available >= 1             0 rows: refused by the guard
/// </code>
/// <para>
/// A lock that can expire cannot guarantee exclusion. So the guarded UPDATE stays underneath, and with it the lock is not needed for
/// correctness: it costs two round trips to Redis and gains nothing here. That is the lesson: use such locks to avoid duplicate work, not to
/// keep data correct. Waiters poll Redis, and there is no queue, so the order of service is random.
/// </para>
/// <para>
/// Errors: if Redis is unavailable, slow or full, or the lock times out, the outcome is "busy". A lock that cannot be released expires, and the
/// booking is valid. Deadlock 1213, lock wait timeout 1205 and write conflict 1020 are retried by <see cref="ContentionRetry"/>, under the
/// same lock; the key's unique index (1062) is for <see cref="IdempotentStrategy"/>.
/// Source: https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/
/// </para>
/// </remarks>
internal sealed class DistributedLockStrategy(
    IConnectionMultiplexer redis,
    IDbContextFactory<TicketingDbContext> contexts,
    OrderTransactions transactions,
    Admission admission,
    BookingCommit commit,
    ContentionRetry retry,
    IOptions<BookingOptions> options,
    TicketingMetrics metrics,
    TimeProvider clock,
    ILogger<DistributedLockStrategy> logger) : IBookingStrategy
{
    /// <summary>How long a lock outlives a crashed holder; a running holder extends it.</summary>
    private static readonly TimeSpan _expiry = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waiters poll Redis, so only one per event and process does; the others wait for it here.</summary>
    private readonly EventGates _gates = new(options.Value.QueueCapacity);

    public async Task<BookingOutcome> BookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        if (_gates.Join(order.EventId) is not { } gate)
        {
            return new BookingOutcome.Busy(BusyReason.QueueFull);
        }

        try
        {
            return await PassAsync(gate, order, cancellationToken);
        }
        finally
        {
            _gates.Leave(order.EventId, gate);
        }
    }

    private async Task<BookingOutcome> PassAsync(EventGates.Gate gate, BookTicketCommand order, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var timeout = TimeSpan.FromSeconds(options.Value.PatienceSeconds);
        if (!await WaitAsync(gate, timeout, cancellationToken))
        {
            return new BookingOutcome.Busy(BusyReason.Contention);
        }

        try
        {
            return await BookUnderLockAsync(order, Max(timeout - clock.GetElapsedTime(started), TimeSpan.Zero), cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<bool> WaitAsync(SemaphoreSlim gate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        metrics.OrderQueued();
        try
        {
            return await gate.WaitAsync(timeout, cancellationToken);
        }
        finally
        {
            metrics.OrderTaken(clock.GetElapsedTime(started));
        }
    }

    private async Task<BookingOutcome> BookUnderLockAsync(BookTicketCommand order, TimeSpan timeout, CancellationToken cancellationToken)
    {
        RedisDistributedLockHandle? handle;
        try
        {
            handle = await LockOf(order.EventId).TryAcquireAsync(timeout, cancellationToken);
        }
        catch (Exception exception) when (exception.IsRedisFault())
        {
            BookingLog.LockUnavailable(logger, order.EventId, exception.Message);
            return new BookingOutcome.Busy(BusyReason.LockUnavailable);
        }

        if (handle is null)
        {
            return new BookingOutcome.Busy(BusyReason.Contention);
        }

        try
        {
            return await retry.RunAsync(BookingStrategy.DistributedLock, () => TryBookAsync(order, cancellationToken), cancellationToken);
        }
        finally
        {
            await handle.ReleaseAsync(order.EventId, logger);
        }
    }

    private async Task<BookingOutcome?> TryBookAsync(BookTicketCommand order, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await transactions.BeginAsync(db, cancellationToken);

        var stock = await db.ReadStockAsync(order.EventId, CancellationToken.None);
        if (stock is null)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        if (await admission.RefuseAsync(db, order, stock) is { } refusal)
        {
            return refusal;
        }

        var taken = await db.Events
            .Where(@event => @event.Id == order.EventId && @event.AvailableTickets >= order.Quantity)
            .ChangeAsync(order.StockChange);
        if (taken == 0)
        {
            return null; // The lock did not exclude others; retry.
        }

        stock = (await db.ReadStockAsync(order.EventId, CancellationToken.None))!; // not what was read before: the lock may have expired
        if (await admission.RefuseByRulesAsync(db, order, stock) is { } changed)
        {
            return changed;
        }

        var booking = await admission.AdmitAsync(db, order);
        db.Bookings.Add(booking);
        await db.SaveChangesAsync(CancellationToken.None);
        return await commit.CommitAsync(transaction, booking, stock, order);
    }

    private RedisDistributedLock LockOf(int eventId) => new(
        string.Create(CultureInfo.InvariantCulture, $"ticketing:lock:event:{eventId}"),
        redis.GetDatabase(),
        lockOptions => lockOptions.Expiry(_expiry).BusyWaitSleepTime(_shortestPause, _longestPause));

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
