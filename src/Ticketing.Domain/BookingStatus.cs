namespace Ticketing.Domain;

/// <summary>Where a booking is in its life. Rows are never deleted, so its last status stays.</summary>
public enum BookingStatus
{
    /// <summary>The tickets are taken out of the stock until the hold is confirmed, released, or expires.</summary>
    Held,

    /// <summary>The tickets are sold.</summary>
    Confirmed,

    /// <summary>The buyer gave a hold back.</summary>
    Released,

    /// <summary>A hold was not confirmed in time.</summary>
    Expired,

    /// <summary>The tickets of a confirmed booking were given back.</summary>
    Cancelled,
}

/// <summary>The names of the statuses in JSON, in metrics and in the database.</summary>
public static class BookingStatusNames
{
    private static readonly string[] _names = ["held", "confirmed", "released", "expired", "cancelled"];

    /// <summary>Every name, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> All => _names;

    /// <summary>The name of <paramref name="status"/>, such as <c>held</c>.</summary>
    public static string Name(this BookingStatus status) => _names[(int)status];

    /// <summary>The status of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static BookingStatus Parse(string name) => Array.IndexOf(_names, name) is >= 0 and var index
        ? (BookingStatus)index
        : throw new ArgumentException($"'{name}' is not the status of a booking.", nameof(name));
}
