namespace Ticketing.RaceLab.Capacity;

/// <summary>
/// Simulated time, in microseconds. Everything happens on the thread that calls <see cref="Run"/>, in the order of time and then of request, so that two runs
/// are the same.
/// </summary>
internal sealed class Clock
{
    private readonly PriorityQueue<Action, Moment> _agenda = new();
    private readonly List<Task> _failed = [];
    private long _requests;

    public double Now { get; private set; }

    public void In(double time, Action action) => _agenda.Enqueue(action, new(Now + time, _requests++));

    public Task Delay(double time)
    {
        var done = new TaskCompletionSource();
        In(time, done.SetResult);
        return done.Task;
    }

    /// <summary>Starts something that goes on by itself. What it throws ends <see cref="Run"/>.</summary>
    public void Start(Task process) =>
        process.ContinueWith(_failed.Add, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    public void Run(double until)
    {
        while (_failed.Count == 0 && _agenda.TryPeek(out var action, out var moment) && moment.Time <= until)
        {
            _agenda.Dequeue();
            Now = moment.Time;
            action();
        }

        _failed.FirstOrDefault()?.GetAwaiter().GetResult();
        Now = until;
    }

    private readonly record struct Moment(double Time, long Request) : IComparable<Moment>
    {
        public int CompareTo(Moment other) => Time.CompareTo(other.Time) is var order and not 0 ? order : Request.CompareTo(other.Request);
    }
}

/// <summary>So many equal places: the cores of a machine, the connections of a pool, the lock on a row.</summary>
internal sealed class Places(Clock clock, int count)
{
    private readonly Queue<TaskCompletionSource> _first = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private double _used;
    private double _since;

    public int InUse { get; private set; }

    public int Count => count;

    /// <summary>The time for which places were in use, summed over all of them.</summary>
    public double Used => _used + (InUse * (clock.Now - _since));

    /// <summary>Waits for a place, in the order of arrival.</summary>
    /// <param name="goesFirst">Whether it is before all that do not.</param>
    public Task EnterAsync(bool goesFirst = false)
    {
        if (InUse < count)
        {
            Change(1);
            return Task.CompletedTask;
        }

        var turn = new TaskCompletionSource();
        (goesFirst ? _first : _waiting).Enqueue(turn);
        return turn.Task;
    }

    public void Leave()
    {
        if (_first.TryDequeue(out var next) || _waiting.TryDequeue(out next))
        {
            next.SetResult(); // the place goes on to be used
        }
        else
        {
            Change(-1);
        }
    }

    /// <summary>Uses a place for so long: work for one core.</summary>
    public async Task UseAsync(double time, bool goesFirst = false)
    {
        if (time == 0)
        {
            return;
        }

        await EnterAsync(goesFirst);
        await clock.Delay(time);
        Leave();
    }

    private void Change(int by)
    {
        _used = Used;
        _since = clock.Now;
        InUse += by;
    }
}

/// <summary>The log of a database: one flush at a time, which takes CPU and then waits for the disk. All commits that wait share the next one, or each has its own.</summary>
internal sealed class FlushLog(Clock clock, Places cores, double cpu, double flush, bool isShared)
{
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isFlushing;

    /// <summary>The time for which a flush was under way.</summary>
    public double Used { get; private set; }

    public Task FlushAsync()
    {
        var flushed = new TaskCompletionSource();
        _waiting.Enqueue(flushed);
        if (!_isFlushing)
        {
            clock.Start(FlushAllAsync());
        }

        return flushed.Task;
    }

    private async Task FlushAllAsync()
    {
        _isFlushing = true;
        while (_waiting.Count > 0)
        {
            var flushed = Enumerable.Range(0, isShared ? _waiting.Count : 1).Select(_ => _waiting.Dequeue()).ToList();
            var began = clock.Now;
            await cores.UseAsync(cpu);
            await clock.Delay(flush);
            Used += clock.Now - began;
            flushed.ForEach(commit => commit.SetResult());
        }

        _isFlushing = false;
    }
}
