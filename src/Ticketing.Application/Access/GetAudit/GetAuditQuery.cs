using System.Text.Json;
using FluentValidation;
using MediatR;
using Ticketing.Application.Common;
using Ticketing.Domain;

namespace Ticketing.Application.Access.GetAudit;

/// <summary>What those who run sales have done, newest first.</summary>
public sealed record GetAuditQuery : IRequest<AuditPage>
{
    /// <summary>Only what was done to this event.</summary>
    public int? EventId { get; init; }

    /// <summary>Only entries that are older than this one. To read on: the last <c>audit_id</c> of the page before.</summary>
    public long? Before { get; init; }

    /// <summary>Entries per page, 1 to 100.</summary>
    /// <example>20</example>
    public int PageSize { get; init; } = 20;
}

/// <summary>A part of the audit, newest first.</summary>
/// <param name="Items">The entries; empty past the end.</param>
public sealed record AuditPage(IReadOnlyList<AuditItem> Items);

/// <summary>What somebody has done.</summary>
/// <param name="AuditId">The id of the entry.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Actor">Who, such as <c>organizer:venue</c>; null if nobody was asked.</param>
/// <param name="Action">What was done.</param>
/// <param name="EventId">The event that it was done to.</param>
/// <param name="BookingId">The booking that it was done to.</param>
/// <param name="KeyId">The key that it was done to.</param>
/// <param name="Before">What was so before.</param>
/// <param name="After">What is so since.</param>
/// <param name="TraceId">The request, as it is named in logs and problem documents.</param>
public sealed record AuditItem(
    long AuditId, DateTime At, string? Actor, string Action, int? EventId, long? BookingId, string? KeyId, JsonElement? Before, JsonElement? After, string TraceId);

/// <summary>Reads the audit. What is done is written by those who do it, in the same transaction.</summary>
public interface IAuditReader
{
    /// <summary>Entries, newest first.</summary>
    Task<IReadOnlyList<AuditEntry>> ReadAsync(int? eventId, long? before, int limit, CancellationToken cancellationToken);
}

internal sealed class GetAuditValidator : AbstractValidator<GetAuditQuery>
{
    public GetAuditValidator()
    {
        RuleFor(query => query.EventId).IsId();
        RuleFor(query => query.Before).IsId();
        RuleFor(query => query.PageSize).IsBetween(1, PagedQuery.MaxPageSize);
    }
}

internal sealed class GetAuditHandler(IAuditReader audit) : IRequestHandler<GetAuditQuery, AuditPage>
{
    public async Task<AuditPage> Handle(GetAuditQuery request, CancellationToken cancellationToken) =>
        new([.. (await audit.ReadAsync(request.EventId, request.Before, request.PageSize, cancellationToken)).Select(entry => new AuditItem(
            entry.Id, entry.At, entry.Actor, entry.Action.Name(), entry.EventId, entry.BookingId, entry.KeyId, Json(entry.Before), Json(entry.After), entry.TraceId))]);

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
}
