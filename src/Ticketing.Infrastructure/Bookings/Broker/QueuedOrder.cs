using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
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
    /// <summary>Two spaces: neither a client's key nor a caller's begins with them.</summary>
    private const string InternalKey = "  ";

    /// <summary>The trace of its request.</summary>
    public ActivityContext Trace { get; init; }

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

    /// <summary>As the fields of an entry in the stream.</summary>
    public NameValueEntry[] ToFields()
    {
        var fields = new List<NameValueEntry>(11)
        {
            new("user", Order.UserId),
            new("quantity", Order.Quantity),
            new("key", Order.IdempotencyKey),
            new("deadline", Deadline.Ticks),
            new("consumer", Consumer),
            new("sender", Sender),
            new("number", Number),
        };
        if (MayBeDecided)
        {
            fields.Add(new("again", true));
        }

        if (Order.HoldSeconds is { } seconds)
        {
            fields.Add(new("hold", seconds));
        }

        if (Order.CreatedBy is { } caller)
        {
            fields.Add(new("caller", caller));
        }

        if (Activity.Current is { Recorded: true, Id: { } trace })
        {
            fields.Add(new("trace", trace));
        }

        return [.. fields];
    }

    /// <summary>From the fields of an entry. Fields that this version does not know are ignored.</summary>
    public static QueuedOrder FromFields(int eventId, NameValueEntry[] fields)
    {
        int user = 0, quantity = 0;
        int? hold = null;
        string? key = null, caller = null, sender = null;
        long deadline = 0, consumer = 0, number = 0;
        var mayBeDecided = false;
        ActivityContext trace = default;
        foreach (var (name, value) in fields.Select(field => (field.Name.ToString(), field.Value)))
        {
            switch (name)
            {
                case "user": user = (int)value; break;
                case "quantity": quantity = (int)value; break;
                case "key": key = value; break;
                case "deadline": deadline = (long)value; break;
                case "consumer": consumer = (long)value; break;
                case "sender": sender = value; break;
                case "number": number = (long)value; break;
                case "again": mayBeDecided = true; break;
                case "hold": hold = (int)value; break;
                case "caller": caller = value; break;
                case "trace": _ = ActivityContext.TryParse(value, null, isRemote: true, out trace); break;
            }
        }

        var order = new BookTicketCommand(user, eventId, quantity) { IdempotencyKey = key, HoldSeconds = hold, CreatedBy = caller };
        return new(order, new DateTime(deadline, DateTimeKind.Utc), consumer, sender!, number, mayBeDecided) { Trace = trace };
    }
}
