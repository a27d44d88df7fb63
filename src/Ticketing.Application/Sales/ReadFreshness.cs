namespace Ticketing.Application.Sales;

/// <summary>How old the answers are that went into a response: whoever answers a reader sets it up, whoever caches reports to it.</summary>
public sealed class ReadFreshness
{
    private static readonly AsyncLocal<ReadFreshness?> _current = new();

    /// <summary>That of the current request; null where nobody asks.</summary>
    public static ReadFreshness? Current => _current.Value;

    /// <summary>The age of the oldest part.</summary>
    public TimeSpan Age { get; private set; }

    /// <summary>Whether a part is older than it should be, because the database is away.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Begins to collect reports, of everything that is called from here on.</summary>
    public static ReadFreshness Begin() => _current.Value = new();

    /// <summary>Reports a part of the answer.</summary>
    public void Report(TimeSpan age, bool isStale)
    {
        Age = age > Age ? age : Age;
        IsStale |= isStale;
    }
}
