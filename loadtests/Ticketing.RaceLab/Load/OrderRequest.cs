using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Ticketing.RaceLab.Http;

namespace Ticketing.RaceLab.Load;

/// <summary>
/// The bytes of <c>POST /book</c> or <c>POST /holds</c>, made once. Each order is written into fields of fixed width, padded with blanks as JSON allows, so that the
/// rest of the request does not change.
/// </summary>
public sealed class OrderRequest
{
    private const int UserWidth = 10;
    private const int QuantityWidth = 2;
    private const int NumberWidth = 12;
    private const string KeyHeader = "Idempotency-Key: ";

    private readonly byte[] _bytes;
    private readonly int _userAt;
    private readonly int _quantityAt;
    private readonly int _numberAt;

    /// <param name="server">The server.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="keyPrefix">The first part of the keys; null for orders without one.</param>
    /// <param name="holdSeconds">For how long to hold the tickets; null to book them.</param>
    public OrderRequest(Uri server, int eventId, string? keyPrefix, int? holdSeconds)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture, $$"""{"user_id":{{new string(' ', UserWidth)}},"event_id":{{eventId}},"quantity":{{new string(' ', QuantityWidth)}}{{(holdSeconds is { } seconds ? $",\"hold_seconds\":{seconds}" : "")}}}""");
        var key = keyPrefix is null ? "" : $"{KeyHeader}{keyPrefix}{new string('0', NumberWidth)}\r\n";
        var request = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {server.AbsolutePath.TrimEnd('/')}/{(holdSeconds is null ? "book" : "holds")} HTTP/1.1\r\nHost: {server.Authority}\r\n{Credential.HeaderFor(server)}Content-Type: application/json\r\n{key}Content-Length: {body.Length}\r\n\r\n{body}");
        _bytes = Encoding.ASCII.GetBytes(request);
        _userAt = After("\"user_id\":");
        _quantityAt = After("\"quantity\":");
        _numberAt = keyPrefix is null ? -1 : After(KeyHeader) + keyPrefix.Length;

        int After(string text) => request.IndexOf(text, StringComparison.Ordinal) + text.Length;
    }

    public static string KeyOf(string keyPrefix, long number) =>
        keyPrefix + number.ToString(CultureInfo.InvariantCulture).PadLeft(NumberWidth, '0');

    /// <summary>The request for an order. Valid until the next one is written.</summary>
    public ReadOnlyMemory<byte> Write(Order order)
    {
        Put(_userAt, UserWidth, order.UserId);
        Put(_quantityAt, QuantityWidth, order.Quantity);
        if (_numberAt >= 0)
        {
            Utf8Formatter.TryFormat(order.Number, _bytes.AsSpan(_numberAt, NumberWidth), out _, new('D', NumberWidth));
        }

        return _bytes;
    }

    private void Put(int at, int width, int number)
    {
        var place = _bytes.AsSpan(at, width);
        Utf8Formatter.TryFormat(number, place, out var written);
        place[written..].Fill((byte)' ');
    }
}
