using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>An order in the stream of its event.</summary>
/// <param name="Order">The order. It always has a key, see <see cref="WithKey"/>.</param>
/// <param name="Deadline">By the database's clock, UTC; after it, the order is refused.</param>
/// <param name="Consumer">The number of the consumer that is to decide it; <see cref="BrokerDatabase.Nobody"/> if the sender knows none yet.</param>
/// <param name="Sender">The replica that waits for the answer.</param>
/// <param name="Number">The sender's number for this attempt. An order that is sent again has a new one, so that answers to earlier attempts are not taken for its own.</param>
/// <param name="MayBeDecided">Whether a consumer may have decided an earlier attempt.</param>
internal sealed record QueuedOrder(BookTicketCommand Order, DateTime Deadline, long Consumer, string Sender, long Number, bool MayBeDecided)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>Two spaces: neither a client's key nor a caller's begins with them.</summary>
    private const string InternalKey = "  ";

    /// <summary>The trace of its request, as in the header <c>traceparent</c>; null if it is not recorded.</summary>
    public string? TraceParent { get; init; }

    public ActivityContext Trace => ActivityContext.TryParse(TraceParent, null, isRemote: true, out var trace) ? trace : default;

    /// <summary>Whether the buyer has given no key.</summary>
    public bool HasInternalKey => Order.IdempotencyKey!.StartsWith(InternalKey, StringComparison.Ordinal);

    /// <summary>Whether a consumer may decide it, or an earlier attempt.</summary>
    public bool CanBeDecided => MayBeDecided || Consumer != BrokerDatabase.Nobody;

    /// <summary>Whether a booking with its key may exist.</summary>
    public bool MayBeBooked => MayBeDecided || !HasInternalKey;

    /// <summary>The order with a key: its own, or one that nobody else has.</summary>
    public static BookTicketCommand WithKey(BookTicketCommand order, string sender, long number) => order.IdempotencyKey is not null
        ? order
        : order with { IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"{InternalKey}{sender}-{number:x}") };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new Entry(
            Order.UserId, Order.Quantity, Order.IdempotencyKey!, Order.HoldSeconds, Order.CreatedBy,
            Deadline, Consumer, Sender, Number, MayBeDecided, TraceParent),
        _json);

    /// <returns>Null if it is no order, or this version cannot read it.</returns>
    public static QueuedOrder? FromJson(int eventId, byte[]? json)
    {
        if (Read(json) is not { Key: not null, Sender: not null } entry)
        {
            return null;
        }

        var order = new BookTicketCommand(entry.User, eventId, entry.Quantity) { IdempotencyKey = entry.Key, HoldSeconds = entry.Hold, CreatedBy = entry.Caller };
        return new(order, entry.Deadline, entry.Consumer, entry.Sender, entry.Number, entry.Again) { TraceParent = entry.Trace };
    }

    private static Entry? Read(byte[]? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<Entry>(json, _json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As it is in the stream. Properties that a version does not know are ignored.</summary>
    private sealed record Entry(
        int User, int Quantity, string Key, int? Hold, string? Caller, DateTime Deadline, long Consumer, string Sender, long Number, bool Again, string? Trace);
}
