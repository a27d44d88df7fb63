using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database;

/// <summary>
/// The time limit of an order or a batch; it flows with the asynchronous calls. After it, only ROLLBACK is sent. A statement in progress may take up to one
/// second more, because command timeouts are whole seconds.
/// </summary>
/// <remarks>
/// A COMMIT is announced before the limit is checked, so an order that was answered "busy" is never committed. What has no deadline, such as reads, has
/// only the timeouts of <see cref="DatabaseOptions"/>.
/// </remarks>
internal sealed class Deadline(TimeProvider clock) : DbCommandInterceptor
{
    public const string Rollback = "ROLLBACK";

    private readonly AsyncLocal<OrderDeadline?> _order = new();

    public bool HasPassed => Left <= TimeSpan.Zero;

    /// <summary>The time that is left; null without a deadline.</summary>
    private TimeSpan? Left => _order.Value is { } order ? order.Length - clock.GetElapsedTime(order.Began) : null;

    /// <summary>Sets the deadline for what the calling asynchronous method awaits from now on. Less than no time is none.</summary>
    public OrderDeadline Set(TimeSpan length) => _order.Value = new OrderDeadline(clock.GetTimestamp(), length > TimeSpan.Zero ? length : TimeSpan.Zero);

    /// <summary>The next statement may commit the order.</summary>
    public void Committing()
    {
        if (_order.Value is { } order)
        {
            order.MayBeCommitted = true;
        }
    }

    /// <summary>It is certain now that it did not.</summary>
    public void NotCommitted()
    {
        if (_order.Value is { } order)
        {
            order.MayBeCommitted = false;
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

    /// <summary>Whether this is the end of a transaction that failed, whatever the database wants to be told with it.</summary>
    public static bool IsRollback(DbCommand command) => command.CommandText.StartsWith(Rollback, StringComparison.Ordinal);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Limit(command);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (!IsRollback(command)) // a connection must not return to the pool with an open transaction
        {
            Limit(command);
        }

        return new(result);
    }

    /// <summary>An order, or a batch of them, that has a deadline.</summary>
    internal sealed class OrderDeadline(long began, TimeSpan length)
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
