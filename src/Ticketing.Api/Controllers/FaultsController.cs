using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Lab;
using Ticketing.Api.Problems;
using Ticketing.Application.Faults;

namespace Ticketing.Api.Controllers;

/// <summary>Faults on purpose, for those who learn to find the cause of what they see.</summary>
[ApiController]
[Tags("Faults")]
[NeedsLab]
[OnlyFor(Callers.Administering)]
public sealed class FaultsController(Faults faults) : ControllerBase
{
    /// <summary>Lists what can go wrong on purpose, and what does.</summary>
    /// <response code="200">All faults.</response>
    [HttpGet("/faults", Name = "listFaults")]
    [ProducesResponseType<IReadOnlyList<FaultState>>(200)]
    [ProducesProblem(400)]
    public IReadOnlyList<FaultState> List()
    {
        Response.Headers.CacheControl = "no-store";
        return faults.Read();
    }

    /// <summary>Causes a fault, which ends by itself after a minute.</summary>
    /// <remarks>
    /// <c>slow_database</c>: a transaction locks all events for most of the time. <c>redis_lost</c>: Redis answers nobody, other programs included. <c>pool_of_one</c>: all connections
    /// of this server to the database but one are in use. Nothing that is confirmed is lost by any of them.
    /// </remarks>
    /// <param name="request">Which fault.</param>
    /// <response code="202">It begins, or lasts already.</response>
    /// <response code="400"><c>validation_failed</c>: there is no such fault, or it cannot be caused here; <c>errors</c> says why.</response>
    [HttpPost("/faults", Name = "causeFault")]
    [ProducesResponseType<FaultState>(202)]
    [ProducesProblem(400, 413, 415)]
    public IActionResult Cause([FromBody] FaultRequest request) => Accepted(new Uri("/faults", UriKind.Relative), faults.Cause(request.Fault));
}
