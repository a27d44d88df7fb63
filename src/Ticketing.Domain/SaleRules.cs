namespace Ticketing.Domain;

/// <summary>When the tickets of an event can be bought, and how many by one user.</summary>
/// <param name="State">On sale, paused or ended, as set by the organizer.</param>
/// <param name="MaxPerUser">Maximum number of tickets of one user, over all orders; null for no limit.</param>
/// <param name="StartsAt">When the sale starts, UTC; null if it starts at once.</param>
/// <param name="EndsAt">When the sale ends, UTC; null if it ends only when it is closed.</param>
public sealed record SaleRules(SaleState State, int? MaxPerUser, DateTime? StartsAt, DateTime? EndsAt)
{
    /// <summary>On sale for everybody.</summary>
    public static SaleRules Open { get; } = new(SaleState.OnSale, null, null, null);

    /// <summary>Whether the state depends on the time.</summary>
    public bool HasWindow => StartsAt is not null || EndsAt is not null;

    /// <summary>The state at a time, UTC.</summary>
    public SaleState At(DateTime now) =>
        State == SaleState.Ended || now >= EndsAt ? SaleState.Ended
        : State == SaleState.Paused ? SaleState.Paused
        : now < StartsAt ? SaleState.Scheduled
        : SaleState.OnSale;
}

/// <summary>Whether tickets can be bought.</summary>
public enum SaleState
{
    /// <summary>They can.</summary>
    OnSale,

    /// <summary>Not for now.</summary>
    Paused,

    /// <summary>Not any more.</summary>
    Ended,

    /// <summary>Not yet. It follows from the time, and is never stored.</summary>
    Scheduled,
}

/// <summary>The names of the states in JSON and in the database.</summary>
public static class SaleStateNames
{
    private static readonly string[] _names = ["on_sale", "paused", "ended", "scheduled"];

    /// <summary>Every name, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> All => _names;

    /// <summary>The name of <paramref name="state"/>, such as <c>on_sale</c>.</summary>
    public static string Name(this SaleState state) => _names[(int)state];

    /// <summary>The state of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static SaleState Parse(string name) => Array.IndexOf(_names, name) is >= 0 and var index
        ? (SaleState)index
        : throw new ArgumentException($"'{name}' is not the state of a sale.", nameof(name));
}
