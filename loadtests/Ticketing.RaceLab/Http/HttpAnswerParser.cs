using System.Buffers.Text;

namespace Ticketing.RaceLab.Http;

/// <summary>
/// Finds one answer in the bytes received so far. Implements only what a client needs of RFC 9112, because the generator takes CPU from the
/// server on the same machine.
/// </summary>
public static class HttpAnswerParser
{
    private const int UntilClosed = -1;

    /// <param name="received">All bytes since the last answer. A chunked body is put together in place.</param>
    /// <param name="isClosed">Whether the server has closed, so that nothing more will come.</param>
    /// <param name="answer">The answer, once it is complete.</param>
    /// <returns>How many bytes the answer took, or 0 while it is not complete.</returns>
    /// <exception cref="InvalidDataException">This is not HTTP/1.1.</exception>
    public static int Parse(Memory<byte> received, bool isClosed, out HttpAnswer answer)
    {
        answer = default;
        var start = 0;
        while (true)
        {
            var bytes = received.Span[start..];
            var headLength = bytes.IndexOf("\r\n\r\n"u8);
            if (headLength < 0)
            {
                return 0;
            }

            var head = bytes[..(headLength + 2)];
            var status = ParseStatus(head);
            var bodyStart = start + headLength + 4;
            if (status is >= 100 and < 200)
            {
                start = bodyStart; // an interim response such as "100 Continue" is not the answer
                continue;
            }

            var fields = Fields.Parse(head);
            var body = received[bodyStart..];
            var length = status is 204 or 304 ? 0 : fields.ContentLength;
            if (fields.IsChunked)
            {
                var taken = Chunks.Join(body, out length);
                if (taken == 0)
                {
                    return 0;
                }

                answer = new(status, body[..length], fields.IsReplayed, fields.IsLast);
                return bodyStart + taken;
            }

            if (length == UntilClosed)
            {
                if (!isClosed)
                {
                    return 0;
                }

                answer = new(status, body, fields.IsReplayed, IsLast: true);
                return received.Length;
            }

            if (body.Length < length)
            {
                return 0;
            }

            answer = new(status, body[..length], fields.IsReplayed, fields.IsLast);
            return bodyStart + length;
        }
    }

    private static int ParseStatus(ReadOnlySpan<byte> head) =>
        head.StartsWith("HTTP/1."u8) && head.Length > 12 && Utf8Parser.TryParse(head.Slice(9, 3), out int status, out var digits) && digits == 3
            ? status
            : throw new InvalidDataException("The response is not HTTP/1.1.");

    private readonly record struct Fields(int ContentLength, bool IsChunked, bool IsLast, bool IsReplayed)
    {
        public static Fields Parse(ReadOnlySpan<byte> head)
        {
            var fields = new Fields(UntilClosed, IsChunked: false, IsLast: head.StartsWith("HTTP/1.0"u8), IsReplayed: false);
            var rest = head[(head.IndexOf((byte)'\n') + 1)..];
            while (!rest.IsEmpty)
            {
                var end = rest.IndexOf((byte)'\n');
                var line = rest[..end].TrimEnd((byte)'\r');
                rest = rest[(end + 1)..];

                // The first letter rules out nearly all lines.
                switch (line.IsEmpty ? 0 : line[0] | 0x20)
                {
                    case 'c' when ValueOf(line, "content-length:"u8, out var value):
                        fields = fields with
                        {
                            ContentLength = Utf8Parser.TryParse(value, out int length, out _) && length >= 0
                                ? length
                                : throw new InvalidDataException("The Content-Length of the response is not a number."),
                        };
                        break;
                    case 'c' when ValueOf(line, "connection:"u8, out var value):
                        fields = fields with { IsLast = EqualsIgnoringCase(value, "close"u8) };
                        break;
                    case 't' when ValueOf(line, "transfer-encoding:"u8, out var value):
                        fields = fields with { IsChunked = EqualsIgnoringCase(value, "chunked"u8) };
                        break;
                    case 'i' when ValueOf(line, "idempotent-replayed:"u8, out var value):
                        fields = fields with { IsReplayed = EqualsIgnoringCase(value, "true"u8) };
                        break;
                }
            }

            return fields;
        }

        private static bool ValueOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> nameAndColon, out ReadOnlySpan<byte> value)
        {
            value = default;
            if (line.Length < nameAndColon.Length || !EqualsIgnoringCase(line[..nameAndColon.Length], nameAndColon))
            {
                return false;
            }

            value = line[nameAndColon.Length..].Trim(" \t"u8);
            return true;
        }

        private static bool EqualsIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase) =>
            System.Text.Ascii.EqualsIgnoreCase(text, lowerCase);
    }

    /// <summary>The chunked transfer coding. Source: RFC 9112, section 7.1.</summary>
    private static class Chunks
    {
        /// <summary>Joins the chunks at the beginning of <paramref name="body"/>, once all have arrived.</summary>
        /// <returns>How many bytes the coded body took, or 0 while it is not complete.</returns>
        public static int Join(Memory<byte> body, out int length)
        {
            length = 0;
            var taken = Walk(body.Span, join: false, out _);
            return taken == 0 ? 0 : Walk(body.Span, join: true, out length);
        }

        private static int Walk(Span<byte> body, bool join, out int length)
        {
            length = 0;
            var at = 0;
            while (true)
            {
                var line = body[at..].IndexOf("\r\n"u8);
                if (line < 0)
                {
                    return 0;
                }

                if (!Utf8Parser.TryParse(body.Slice(at, line), out int size, out _, 'x') || size < 0)
                {
                    throw new InvalidDataException("The response has a chunk without a size.");
                }

                at += line + 2;
                if (size == 0)
                {
                    return SkipTrailers(body, at);
                }

                if (body.Length - at < size + 2)
                {
                    return 0;
                }

                if (join)
                {
                    body.Slice(at, size).CopyTo(body[length..]);
                }

                length += size;
                at += size + 2;
            }
        }

        private static int SkipTrailers(ReadOnlySpan<byte> body, int at)
        {
            while (true)
            {
                var line = body[at..].IndexOf("\r\n"u8);
                if (line < 0)
                {
                    return 0;
                }

                at += line + 2;
                if (line == 0)
                {
                    return at;
                }
            }
        }
    }
}
