namespace Ticketing.Application.Sales;

/// <summary>The age of the data in a response. The endpoint starts collecting, and caches report to it.</summary>
public sealed class ReadFreshness
{
    private static readonly AsyncLocal<ReadFreshness?> _current = new();

    /// <summary>The one of the current request; null if the endpoint does not report an age.</summary>
    public static ReadFreshness? Current => _current.Value;

    /// <summary>The age of the oldest part.</summary>
    public TimeSpan Age { get; private set; }

    /// <summary>Whether a part is older than allowed, because the database is unavailable.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Starts collecting reports from everything called after this.</summary>
    public static ReadFreshness Begin() => _current.Value = new();

    /// <summary>Reports the age of a part of the response.</summary>
    public void Report(TimeSpan age, bool isStale)
    {
        Age = age > Age ? age : Age;
        IsStale |= isStale;
    }
}
