namespace Ticketing.Domain;

/// <summary>Who a caller of the API is.</summary>
public enum Role
{
    /// <summary>Somebody who buys for himself.</summary>
    Buyer,

    /// <summary>The server of a shop, which sells to anybody.</summary>
    Seller,

    /// <summary>Sets sales up, and runs them.</summary>
    Organizer,

    /// <summary>May do everything, and gives the keys out.</summary>
    Admin,
}

/// <summary>The names of the roles in JSON, in claims and in the database.</summary>
public static class RoleNames
{
    /// <summary>Name of <see cref="Role.Buyer"/>.</summary>
    public const string Buyer = "buyer";

    /// <summary>Name of <see cref="Role.Seller"/>.</summary>
    public const string Seller = "seller";

    /// <summary>Name of <see cref="Role.Organizer"/>.</summary>
    public const string Organizer = "organizer";

    /// <summary>Name of <see cref="Role.Admin"/>.</summary>
    public const string Admin = "admin";

    private static readonly string[] _names = [Buyer, Seller, Organizer, Admin];

    /// <summary>The roles that a key can have. A buyer has a token of an issuer.</summary>
    public static IReadOnlyList<string> OfKeys { get; } = _names[1..];

    /// <summary>The name of <paramref name="role"/>, such as <c>seller</c>.</summary>
    public static string Name(this Role role) => _names[(int)role];

    /// <summary>The role of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Role Parse(string name) => Array.IndexOf(_names, name) is >= 0 and var index
        ? (Role)index
        : throw new ArgumentException($"'{name}' is not a role.", nameof(name));
}
