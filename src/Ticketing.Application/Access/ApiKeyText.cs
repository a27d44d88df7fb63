using System.Buffers.Text;
using System.Security.Cryptography;

namespace Ticketing.Application.Access;

/// <summary>The text of a key: <c>tk_</c>, an id of 8 bytes, <c>_</c> and a secret of 32 bytes, both random, in base64url.</summary>
/// <param name="Id">The public part.</param>
/// <param name="Secret">The secret part.</param>
public readonly record struct ApiKeyText(string Id, byte[] Secret)
{
    /// <summary>What every key begins with: scanners for leaked secrets find it by that.</summary>
    public const string Prefix = "tk_";

    /// <summary>Length of an id, in characters.</summary>
    public const int IdLength = 11;

    private const int IdBytes = 8;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;

    /// <summary>Creates a new key.</summary>
    public static ApiKeyText Create() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)), RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Reads a key.</summary>
    /// <returns>Null if the text has not the form of a key.</returns>
    public static ApiKeyText? Parse(ReadOnlySpan<char> text)
    {
        // An id may contain the separator, so the places count.
        if (text.Length != Prefix.Length + IdLength + 1 + SecretLength || !text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length + IdLength] != '_')
        {
            return null;
        }

        var secret = new byte[SecretBytes];
        var id = text.Slice(Prefix.Length, IdLength);
        return Base64Url.IsValid(id) && Base64Url.TryDecodeFromChars(text[^SecretLength..], secret, out var length) && length == SecretBytes
            ? new(id.ToString(), secret)
            : null;
    }

    /// <summary>The whole text, which is shown once.</summary>
    public string Reveal() => $"{Prefix}{Id}_{Base64Url.EncodeToString(Secret)}";

    /// <summary>The public part: a key must not get into a log by mistake.</summary>
    public override string ToString() => $"{Prefix}{Id}_…";
}
