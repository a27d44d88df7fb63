using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Problems;
using Ticketing.Application.Access.GetAudit;

namespace Ticketing.Api.Controllers;

/// <summary>Who did what.</summary>
[ApiController]
[Tags("Audit")]
[OnlyFor(Callers.Administering)]
public sealed class AuditController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists what those who run sales did, newest first.</summary>
    /// <remarks>
    /// Events that were set up or changed, sales that were paused, resumed or closed, bookings that somebody other than their buyer cancelled, and keys. Each is stored in the
    /// transaction that does it. The actions are <c>event_set_up</c>, <c>event_changed</c>, <c>sale_paused</c>, <c>sale_resumed</c>, <c>sale_closed</c>,
    /// <c>booking_cancelled</c>, <c>key_created</c> and <c>key_revoked</c>.
    /// </remarks>
    /// <response code="200">A part of the list.</response>
    /// <response code="400"><c>validation_failed</c>: a parameter is not valid.</response>
    [HttpGet("/audit", Name = "listAudit")]
    [NeedsDatabase]
    [ProducesResponseType<AuditPage>(200)]
    [ProducesProblem(400, 503)]
    public async Task<AuditPage> List([FromQuery] GetAuditQuery query, CancellationToken cancellationToken) => await mediator.Send(query, cancellationToken);
}
