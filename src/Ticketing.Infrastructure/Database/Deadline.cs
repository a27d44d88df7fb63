using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database;

/// <summary>
/// The time by which an order is decided. It goes with the order through all that is awaited for it. No statement is sent later, and none that was sent is
/// waited for longer, so that no order is executed after its buyer was told that it was not.
/// </summary>
/// <remarks>What is awaited without a deadline, as the reads are, has the limits of <see cref="DatabaseOptions"/> only.</remarks>
internal sealed class Deadline(TimeProvider clock) : DbCommandInterceptor
{
    private readonly AsyncLocal<Order?> _order = new();

    public bool HasPassed => Left <= TimeSpan.Zero;

    /// <summary>The time that is left; null without a deadline.</summary>
    private TimeSpan? Left => _order.Value is { } order ? order.Length - clock.GetElapsedTime(order.Began) : null;

    /// <summary>Sets the deadline for what the calling asynchronous method awaits from now on.</summary>
    public Order Set(TimeSpan length) => _order.Value = new Order(clock.GetTimestamp(), length);

    /// <summary>The next statement may commit the order.</summary>
    public void Committing()
    {
        if (_order.Value is { } order)
        {
            order.MayBeCommitted = true;
        }
    }

    /// <summary>The shorter of the time that is left and another limit.</summary>
    /// <exception cref="DeadlineExceededException">No time is left.</exception>
    public TimeSpan Limit(TimeSpan limit) => Left switch
    {
        null => limit,
        { } left when left <= TimeSpan.Zero => throw new DeadlineExceededException(),
        { } left => left < limit ? left : limit,
    };

    /// <summary>Limits a statement that is about to be sent.</summary>
    /// <exception cref="DeadlineExceededException">No time is left, and the statement must not be sent.</exception>
    public void Limit(DbCommand command)
    {
        if (_order.Value is not null)
        {
            var limit = command.CommandTimeout == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(command.CommandTimeout); // 0: none
            command.CommandTimeout = (int)Math.Ceiling(Limit(limit).TotalSeconds);
        }
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Limit(command);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Limit(command);
        return new(result);
    }

    /// <summary>An order, or a batch of them, that has a deadline.</summary>
    internal sealed class Order(long began, TimeSpan length)
    {
        private volatile bool _mayBeCommitted;

        public long Began => began;

        public TimeSpan Length => length;

        public bool MayBeCommitted
        {
            get => _mayBeCommitted;
            set => _mayBeCommitted = value;
        }
    }
}

/// <summary>The order has no time left, so a statement was not sent.</summary>
internal sealed class DeadlineExceededException() : Exception("The order has no time left.");
