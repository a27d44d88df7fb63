using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.GroupCommit;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Where in its life a transaction fails.</summary>
public enum Moment
{
    /// <summary>There is no connection.</summary>
    Open,

    /// <summary>Before anything was read.</summary>
    Begin,

    /// <summary>Before the commit has happened.</summary>
    BeforeCommit,

    /// <summary>The commit has happened, and its answer is lost.</summary>
    AfterCommit,

    /// <summary>All is done, and the connection is given back.</summary>
    Dispose,
}

/// <summary>A real database whose next transactions fail, one after the other, as they were told to.</summary>
internal sealed class FailingDatabase(IBatchDatabase database) : IBatchDatabase
{
    private readonly Queue<Failure> _failures = new();

    /// <summary>How many transactions were asked for.</summary>
    public int Opened { get; private set; }

    /// <summary>How many commits were asked for.</summary>
    public int Committed { get; private set; }

    /// <summary>The keys that the newest transaction was asked to look up.</summary>
    public IReadOnlyCollection<string> Keys { get; private set; } = [];

    public bool CanShareTransactions => database.CanShareTransactions;

    /// <param name="moment">Where it fails.</param>
    /// <param name="exception">How it fails.</param>
    /// <param name="times">How many transactions in a row.</param>
    /// <param name="first">What happens before it fails.</param>
    /// <param name="afterwards">What happens once the transaction has ended.</param>
    public void FailNext(Moment moment, Exception exception, int times = 1, Action? first = null, Func<Task>? afterwards = null)
    {
        for (var i = 0; i < times; i++)
        {
            _failures.Enqueue(new(moment, exception, first, afterwards));
        }
    }

    public async Task<IBatchTransaction> OpenAsync()
    {
        Opened++;
        var failure = _failures.TryDequeue(out var next) ? next : null;
        failure?.ThrowAt(Moment.Open);
        return new Transaction(this, await database.OpenAsync(), failure);
    }

    private sealed record Failure(Moment Moment, Exception Exception, Action? First, Func<Task>? Afterwards)
    {
        public void ThrowAt(Moment moment)
        {
            if (moment == Moment)
            {
                First?.Invoke();
                throw Exception;
            }
        }
    }

    private sealed class Transaction(FailingDatabase owner, IBatchTransaction transaction, Failure? failure) : IBatchTransaction
    {
        public Task<BatchStart?> LockAsync(int eventId, BatchReads reads, TimeSpan patience)
        {
            owner.Keys = reads.Keys;
            failure?.ThrowAt(Moment.Begin);
            return transaction.LockAsync(eventId, reads, patience);
        }

        public Task<IReadOnlyDictionary<int, BatchStart>> LockFreeAsync(IReadOnlyCollection<int> eventIds, IReadOnlyCollection<string> keys) =>
            transaction.LockFreeAsync(eventIds, keys);

        public async Task<IReadOnlyList<long>> CommitAsync(IReadOnlyList<BatchPlan> plans, DateTime timestamp)
        {
            owner.Committed++;
            failure?.ThrowAt(Moment.BeforeCommit);
            var ids = await transaction.CommitAsync(plans, timestamp);
            failure?.ThrowAt(Moment.AfterCommit);
            return ids;
        }

        public Task FenceAsync(int eventId) => transaction.FenceAsync(eventId);

        public Task<IReadOnlyList<Booking>?> FindAsync(int eventId, DateTime timestamp) => transaction.FindAsync(eventId, timestamp);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            if (failure?.Afterwards is { } afterwards)
            {
                await afterwards();
            }

            failure?.ThrowAt(Moment.Dispose);
        }
    }
}
