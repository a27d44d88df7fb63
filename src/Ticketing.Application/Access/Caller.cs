using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ticketing.Domain;

namespace Ticketing.Application.Access;

/// <summary>Who calls, where callers are asked who they are. Elsewhere there is no caller, and everybody may do everything.</summary>
/// <param name="Role">What he may do.</param>
/// <param name="Name">The name of his key; for a buyer, the user's id.</param>
public sealed record Caller(Role Role, string Name)
{
    /// <summary>As a booking keeps who made it: <c>seller:shop</c>, <c>buyer:42</c>.</summary>
    public string Id { get; } = $"{Role.Name()}:{Name}";

    /// <summary>The one user whom a buyer can order for, and whose bookings he sees; null if there is no such limit.</summary>
    public int? OnlyUser { get; } = Role == Role.Buyer ? int.Parse(Name, CultureInfo.InvariantCulture) : null;

    /// <summary>Whose bookings alone a seller sees: his own; null if there is no such limit.</summary>
    public string? OnlyCreator => Role == Role.Seller ? Id : null;

    /// <summary>Whether he may see and change a booking. If not, to him it does not exist.</summary>
    /// <param name="userId">The user who booked.</param>
    /// <param name="createdBy">Who made it; null if nobody was asked.</param>
    public bool Owns(int userId, string? createdBy) => (OnlyUser ?? userId) == userId && (OnlyCreator ?? createdBy) == createdBy;

    /// <summary>
    /// The idempotency key as it is stored: two callers may choose the same one, and the column is unique. The space before it is in no key that a client can
    /// send, so it meets none that was stored while nobody was asked.
    /// </summary>
    public string? KeyOf(string? idempotencyKey) => idempotencyKey is null ? null : $" {Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Id}\n{idempotencyKey}")))}";
}
