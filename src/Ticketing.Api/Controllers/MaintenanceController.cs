using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Problems;
using Ticketing.Application.Events.SetReadOnly;

namespace Ticketing.Api.Controllers;

/// <summary>What an operator can switch while the program runs.</summary>
[ApiController]
[Tags("Maintenance")]
[OnlyFor(Callers.Administering)]
public sealed class MaintenanceController(IMediator mediator) : ControllerBase
{
    /// <summary>Says whether orders are taken.</summary>
    /// <response code="200">Whether orders are taken.</response>
    [HttpGet("/maintenance", Name = "getMaintenance")]
    [NeedsDatabase]
    [ProducesResponseType<MaintenanceState>(200)]
    [ProducesProblem(400, 503)]
    public async Task<MaintenanceState> Get(CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        return await mediator.Send(new GetMaintenanceQuery(), cancellationToken);
    }

    /// <summary>Stops taking orders for all events, or takes them again.</summary>
    /// <remarks>
    /// While <c>read_only</c> is true, orders and extensions of holds are answered <c>paused</c>; holds can be confirmed and released, bookings can be cancelled, and a
    /// repeated <c>Idempotency-Key</c> is answered with its booking. It holds at once on this server, and within two seconds on all others.
    /// </remarks>
    /// <param name="state">Whether to stop.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">What holds now.</response>
    /// <response code="400"><c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.</response>
    [HttpPut("/maintenance", Name = "setMaintenance")]
    [NeedsDatabase]
    [ProducesResponseType<MaintenanceState>(200)]
    [ProducesProblem(400, 413, 415, 503)]
    public async Task<MaintenanceState> Set([FromBody] MaintenanceState state, CancellationToken cancellationToken) =>
        await mediator.Send(new SetReadOnlyCommand(state, this.Actor()), cancellationToken);
}
