using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Races;

namespace Ticketing.Infrastructure.Bookings.Races;

/// <summary>
/// Records the statements of raced orders. Which order a statement belongs to flows with the asynchronous calls; orders of sales have none, and pay for one look at that.
/// </summary>
internal sealed class RaceRecorder(TimeProvider clock) : DbCommandInterceptor, IRaceRecorder
{
    private readonly AsyncLocal<Order?> _order = new();
    private readonly ConcurrentDictionary<int, Recording> _recordings = new();

    public IRaceRecording Begin(int eventId) => _recordings[eventId] = new Recording(clock, recording => _recordings.TryRemove(new(eventId, recording)));

    /// <summary>Carries out an order, and records what it goes through.</summary>
    public async Task<BookingOutcome> RecordAsync(BookTicketCommand order, Func<Task<BookingOutcome>> book)
    {
        if (!_recordings.TryGetValue(order.EventId, out var recording))
        {
            return await book();
        }

        var recorded = new Order(recording, order.UserId);
        _order.Value = recorded;
        BookingOutcome? outcome = null;
        try
        {
            return outcome = await book();
        }
        finally
        {
            recorded.End(outcome);
        }
    }

    /// <summary>The order of this call has seen that so many tickets are left, and decides by it.</summary>
    public void Saw(int available) => _order.Value?.Saw(available);

    /// <summary>Orders were decided together.</summary>
    /// <param name="eventId">Their event.</param>
    /// <param name="orders">The orders.</param>
    /// <param name="took">How long it took, until now.</param>
    public void BatchWritten(int eventId, IEnumerable<BookTicketCommand> orders, TimeSpan took)
    {
        if (_recordings.TryGetValue(eventId, out var recording))
        {
            recording.Batch([.. orders.Select(order => order.UserId)], took);
        }
    }

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        _order.Value?.Executed(command.CommandText, eventData.Duration);
        return new(result);
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        _order.Value?.Executed(command.CommandText, eventData.Duration);
        return new(result);
    }

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        _order.Value?.Executed(command.CommandText, eventData.Duration);
        return Task.CompletedTask;
    }

    /// <summary>One event's race. Many buyers write to it.</summary>
    private sealed class Recording(TimeProvider clock, Action<Recording> end) : IRaceRecording
    {
        private readonly long _began = clock.GetTimestamp();
        private readonly Lock _lock = new();
        private readonly List<string> _statements = [];
        private readonly List<BuyerSteps> _buyers = [];
        private readonly Dictionary<int, RaceStep> _batches = [];

        public double Now => clock.GetElapsedTime(_began).TotalMilliseconds;

        public int NumberOf(string statement)
        {
            lock (_lock)
            {
                var number = _statements.IndexOf(statement); // there are a handful
                if (number < 0)
                {
                    number = _statements.Count;
                    _statements.Add(statement);
                }

                return number;
            }
        }

        public void Batch(IReadOnlyList<int> userIds, TimeSpan took)
        {
            var to = Now;
            var step = new RaceStep(to - took.TotalMilliseconds, to, null, null, userIds.Count);
            lock (_lock)
            {
                foreach (var userId in userIds)
                {
                    _batches[userId] = step;
                }
            }
        }

        public void Add(int userId, double from, string outcome, IReadOnlyList<RaceStep> steps)
        {
            lock (_lock)
            {
                _buyers.Add(new(userId, from, Now, outcome, _batches.Remove(userId, out var batch) ? [.. steps, batch] : steps));
            }
        }

        public RaceSteps Read()
        {
            lock (_lock)
            {
                return new([.. _statements], [.. _buyers]);
            }
        }

        public void Dispose() => end(this);
    }

    /// <summary>One order. Its steps follow each other, unless its time is over.</summary>
    private sealed class Order(Recording recording, int userId)
    {
        private readonly double _from = recording.Now;
        private readonly Lock _lock = new();
        private readonly List<RaceStep> _steps = [];

        public void Executed(string statement, TimeSpan took)
        {
            var to = recording.Now;
            lock (_lock)
            {
                _steps.Add(new(to - took.TotalMilliseconds, to, recording.NumberOf(statement), null, null));
            }
        }

        public void Saw(int available)
        {
            lock (_lock)
            {
                if (_steps.Count > 0)
                {
                    _steps[^1] = _steps[^1] with { Saw = available };
                }
            }
        }

        /// <summary>A booking whose time was over may still be at work; what it does after this is not recorded.</summary>
        public void End(BookingOutcome? outcome)
        {
            List<RaceStep> steps;
            lock (_lock)
            {
                steps = [.. _steps];
            }

            recording.Add(
                userId,
                _from,
                outcome switch
                {
                    BookingOutcome.Taken => "booked",
                    BookingOutcome.Shortage => "refused",
                    BookingOutcome.Busy => "busy",
                    _ => "failed",
                },
                steps);
        }
    }
}
