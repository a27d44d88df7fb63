using System.Buffers.Text;

namespace Ticketing.RaceLab.Http;

/// <summary>An HTTP/1.1 answer. Its body is valid only until the connection is used again.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body, without transfer coding.</param>
/// <param name="IsReplayed">Whether it carries <c>Idempotent-Replayed: true</c>.</param>
/// <param name="IsLast">Whether the server closes the connection after it.</param>
public readonly record struct HttpAnswer(int Status, ReadOnlyMemory<byte> Body, bool IsReplayed, bool IsLast)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The whole number after <c>"name":</c>, or null. Not a parser: this runs for every answer, on the machine of the measured server.</summary>
    /// <param name="quotedName">The name with its quotes and colon.</param>
    public long? NumberAfter(ReadOnlySpan<byte> quotedName)
    {
        var at = Body.Span.IndexOf(quotedName);
        return at >= 0 && Utf8Parser.TryParse(Body.Span[(at + quotedName.Length)..].TrimStart((byte)' '), out long number, out _) ? number : null;
    }

    /// <summary>Whether the problem document has this code.</summary>
    public bool HasCode(ReadOnlySpan<byte> code)
    {
        var found = Code;
        return found.SequenceEqual(code);
    }

    /// <summary>The problem document's code, or nothing.</summary>
    public ReadOnlySpan<byte> Code
    {
        get
        {
            var body = Body.Span;
            var name = "\"code\":\""u8;
            var at = body.IndexOf(name);
            if (at < 0)
            {
                return [];
            }

            var value = body[(at + name.Length)..];
            var end = value.IndexOf((byte)'"');
            return end < 0 ? [] : value[..end];
        }
    }
}
