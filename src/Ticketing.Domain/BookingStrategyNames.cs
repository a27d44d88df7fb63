using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Ticketing.Domain;

/// <summary>The stable names of the strategies in JSON, the database, metrics and configuration.</summary>
public static class BookingStrategyNames
{
    private static readonly string[] _names = ["naive", "for_update", "row_version", "atomic_update", "distributed_lock", "batched", "queued"];

    private static readonly FrozenDictionary<string, BookingStrategy> _byName =
        Enum.GetValues<BookingStrategy>().ToFrozenDictionary(Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Stands for a strategy that this version of the program does not have. Another version may have set an event up with it; this one can show the event,
    /// but not sell it.
    /// </summary>
    public const BookingStrategy Unknown = (BookingStrategy)(-1);

    /// <summary>Every name, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> All => _names;

    /// <summary>The name of <paramref name="strategy"/>, such as <c>for_update</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in the enumeration.</exception>
    public static string Name(this BookingStrategy strategy) =>
        (uint)strategy < (uint)_names.Length
            ? _names[(int)strategy]
            : strategy == Unknown ? "unknown"
            : throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "Not a booking strategy.");

    /// <summary>Finds a strategy by its name, in any case.</summary>
    /// <returns>False if no strategy has that name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out BookingStrategy strategy)
    {
        strategy = default;
        return name is not null && _byName.TryGetValue(name, out strategy);
    }
}
