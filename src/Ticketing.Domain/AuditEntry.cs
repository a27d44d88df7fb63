namespace Ticketing.Domain;

/// <summary>What somebody has done who runs sales. Entries are only added, in the transaction that does it.</summary>
/// <param name="at">When, UTC.</param>
/// <param name="actor">Who, such as <c>organizer:venue</c>; null if nobody was asked.</param>
/// <param name="action">What was done.</param>
/// <param name="traceId">The request, as it is named in logs and problem documents.</param>
public sealed class AuditEntry(DateTime at, string? actor, AuditAction action, string traceId)
{
    /// <summary>Maximum length of <see cref="TraceId"/>, in characters.</summary>
    public const int MaxTraceLength = 64;

    /// <summary>Assigned by the database; 0 until the entry is stored.</summary>
    public long Id { get; private set; }

    /// <summary>When it was done, UTC.</summary>
    public DateTime At { get; private set; } = at;

    /// <summary>Who did it, such as <c>organizer:venue</c>; null if nobody was asked.</summary>
    public string? Actor { get; private set; } = actor;

    /// <summary>What was done.</summary>
    public AuditAction Action { get; private set; } = action;

    /// <summary>The event that it was done to.</summary>
    public int? EventId { get; init; }

    /// <summary>The booking that it was done to.</summary>
    public long? BookingId { get; init; }

    /// <summary>The key that it was done to.</summary>
    public string? KeyId { get; init; }

    /// <summary>What was so before, as JSON.</summary>
    public string? Before { get; init; }

    /// <summary>What is so since, as JSON.</summary>
    public string? After { get; init; }

    /// <summary>The request, as it is named in logs and problem documents.</summary>
    public string TraceId { get; private set; } = traceId.Length <= MaxTraceLength ? traceId : traceId[..MaxTraceLength];
}

/// <summary>What can be done by those who run sales.</summary>
public enum AuditAction
{
    /// <summary>An event was set up.</summary>
    EventSetUp,

    /// <summary>The stock, the limit or the times of an event were changed.</summary>
    EventChanged,

    /// <summary>A sale was paused.</summary>
    SalePaused,

    /// <summary>A sale was resumed.</summary>
    SaleResumed,

    /// <summary>A sale was closed.</summary>
    SaleClosed,

    /// <summary>A booking was cancelled by another than its buyer.</summary>
    BookingCancelled,

    /// <summary>A key was created.</summary>
    KeyCreated,

    /// <summary>A key was revoked.</summary>
    KeyRevoked,

    /// <summary>No more orders were taken, for maintenance.</summary>
    ReadOnlyOn,

    /// <summary>Orders were taken again.</summary>
    ReadOnlyOff,
}

/// <summary>The names of the actions in JSON and in the database.</summary>
public static class AuditActionNames
{
    private static readonly string[] _names =
        ["event_set_up", "event_changed", "sale_paused", "sale_resumed", "sale_closed", "booking_cancelled", "key_created", "key_revoked", "read_only_on", "read_only_off"];

    /// <summary>The name of <paramref name="action"/>, such as <c>sale_paused</c>.</summary>
    public static string Name(this AuditAction action) => _names[(int)action];

    /// <summary>The action of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static AuditAction Parse(string name) => Array.IndexOf(_names, name) is >= 0 and var index
        ? (AuditAction)index
        : throw new ArgumentException($"'{name}' is not an action.", nameof(name));
}
