using System.Text.Json.Nodes;
using Ticketing.Domain;

namespace Ticketing.Application.Access;

/// <summary>Who does something, and in which request.</summary>
/// <param name="Caller">The caller; null where nobody is asked.</param>
/// <param name="TraceId">The request, as it is named in logs and problem documents.</param>
public sealed record Actor(Caller? Caller, string TraceId)
{
    /// <summary>An entry for a change of an event.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="before">What was so before; null for a new event.</param>
    /// <param name="after">What is so since.</param>
    /// <param name="now">Now, UTC.</param>
    public AuditEntry Of(AuditAction action, int eventId, string? before, string after, DateTime now) =>
        new(now, Caller?.Id, action, TraceId) { EventId = eventId, Before = before, After = after };

    /// <summary>An entry for a booking that another than its buyer has cancelled; null if he has done it himself, or nobody was asked.</summary>
    /// <param name="booking">The booking.</param>
    /// <param name="now">Now, UTC.</param>
    public AuditEntry? OfCancelled(Booking booking, DateTime now) => Caller is null or { Role: Role.Buyer }
        ? null
        : new(now, Caller.Id, AuditAction.BookingCancelled, TraceId)
        {
            EventId = booking.EventId,
            BookingId = booking.Id,
            Before = StatusOf(BookingStatus.Confirmed),
            After = StatusOf(booking.Status),
        };

    /// <summary>An entry for a key.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="key">The key.</param>
    /// <param name="now">Now, UTC.</param>
    public AuditEntry Of(AuditAction action, ApiKey key, DateTime now) => new(now, Caller?.Id, action, TraceId)
    {
        KeyId = key.Id,
        After = new JsonObject { ["role"] = key.Role.Name(), ["name"] = key.Name, ["expires_at"] = key.ExpiresAt, ["revoked_at"] = key.RevokedAt }.ToJsonString(),
    };

    /// <summary>An entry for what concerns the whole system.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="now">Now, UTC.</param>
    public AuditEntry Of(AuditAction action, DateTime now) => new(now, Caller?.Id, action, TraceId);

    /// <summary>What of an event can be changed, as JSON.</summary>
    public static string Describe(Event @event) => new JsonObject
    {
        ["total_tickets"] = @event.TotalTickets,
        ["state"] = @event.State.Name(),
        ["max_per_user"] = @event.MaxPerUser,
        ["sale_starts_at"] = @event.SaleStartsAt,
        ["sale_ends_at"] = @event.SaleEndsAt,
    }.ToJsonString();

    private static string StatusOf(BookingStatus status) => new JsonObject { ["status"] = status.Name() }.ToJsonString();
}
