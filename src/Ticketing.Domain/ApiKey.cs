using System.Security.Cryptography;

namespace Ticketing.Domain;

/// <summary>
/// A key with which a program calls the API. Its text is <c>tk_</c>, the id, <c>_</c> and the secret. Only a hash of the secret is kept: it has 256 random bits, so
/// a slow hash would add nothing.
/// </summary>
public sealed class ApiKey
{
    /// <summary>Maximum length of a name, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Creates a key, to be stored.</summary>
    /// <param name="id">The public part of the key's text.</param>
    /// <param name="secretHash">The SHA-256 of the secret.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="name">Whose key it is. Two keys of one name belong to the same caller, so that one can replace the other without a gap.</param>
    /// <param name="createdAt">Now, UTC.</param>
    /// <param name="expiresAt">When it stops to work, UTC; null for never.</param>
    public ApiKey(string id, byte[] secretHash, Role role, string name, DateTime createdAt, DateTime? expiresAt)
    {
        Id = id;
        SecretHash = secretHash;
        Role = role;
        Name = name;
        CreatedAt = createdAt;
        ExpiresAt = expiresAt;
    }

    /// <summary>The public part of the key's text.</summary>
    public string Id { get; private set; }

    /// <summary>The SHA-256 of the secret.</summary>
    public byte[] SecretHash { get; private set; }

    /// <summary>What it may do.</summary>
    public Role Role { get; private set; }

    /// <summary>Whose key it is.</summary>
    public string Name { get; private set; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it stops to work, UTC; null for never.</summary>
    public DateTime? ExpiresAt { get; private set; }

    /// <summary>When it was revoked, UTC; null if it was not.</summary>
    public DateTime? RevokedAt { get; private set; }

    /// <summary>When it was last used, UTC, give or take a minute; null if never.</summary>
    public DateTime? LastUsedAt { get; private set; }

    /// <summary>Ends its use.</summary>
    /// <returns>False if it was revoked before.</returns>
    public bool Revoke(DateTime now)
    {
        if (RevokedAt is not null)
        {
            return false;
        }

        RevokedAt = now;
        return true;
    }

    /// <summary>Whether somebody who shows this secret may pass.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="now">Now, UTC.</param>
    public bool Opens(ReadOnlySpan<byte> secret, DateTime now)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, hash);
        return CryptographicOperations.FixedTimeEquals(hash, SecretHash) && RevokedAt is null && !(now >= ExpiresAt);
    }
}
