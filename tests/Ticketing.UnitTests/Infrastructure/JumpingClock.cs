namespace Ticketing.UnitTests.Infrastructure;

/// <summary>A clock that stands still, and jumps to the end of every pause: minutes of patience pass in no time.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private static readonly DateTimeOffset _start = new DateTimeOffset(2026, 1, 1, 20, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    private readonly List<TimeSpan> _pauses = [];
    private long _ticks;

    /// <summary>Every pause that somebody made.</summary>
    public IReadOnlyList<TimeSpan> Pauses => _pauses;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => _start.AddTicks(GetTimestamp());

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_pauses)
        {
            _pauses.Add(dueTime);
        }

        Advance(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
