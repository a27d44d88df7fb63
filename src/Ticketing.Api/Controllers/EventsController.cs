using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Common;
using Ticketing.Application.Events.GetStats;
using Ticketing.Application.Events.GetStatus;
using Ticketing.Application.Events.ListEvents;
using Ticketing.Application.Events.SetupEvent;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Controllers;

/// <summary>Putting events on sale, and looking at how the sales stand.</summary>
[ApiController]
[Tags("Events")]
public sealed class EventsController(IMediator mediator) : ControllerBase
{
    /// <summary>Sets up a new event, which becomes the current one.</summary>
    /// <param name="command">All fields are optional; <c>{}</c> sets up "Concert" with 100 tickets.</param>
    /// <param name="cancellationToken">The client's patience.</param>
    /// <response code="200">The event is on sale.</response>
    /// <response code="400"><c>validation_failed</c>: <c>errors</c> says where.</response>
    [HttpPost("/setup")]
    [NeedsDatabase]
    [ProducesResponseType<SetupEventResult>(200)]
    [ProducesProblem(400, 413, 415, 503)]
    public async Task<SetupEventResult> Setup([FromBody] SetupEventCommand command, CancellationToken cancellationToken) =>
        await mediator.Send(command, cancellationToken);

    /// <summary>How the sale of an event stands.</summary>
    /// <response code="200">All figures are of one moment.</response>
    /// <response code="400"><c>validation_failed</c>: the id is not valid.</response>
    /// <response code="404"><c>event_not_found</c>: there is no such event, or none at all yet.</response>
    [HttpGet("/status")]
    [TellsAge]
    [ProducesResponseType<EventStatus>(200)]
    [ProducesProblem(400, 404, 503)]
    public async Task<IActionResult> Status([FromQuery] GetStatusQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken) is { } status
            ? Ok(status)
            : ProblemWriter.Result(HttpContext, ProblemKind.EventNotFound);

    /// <summary>Lists events, newest first.</summary>
    /// <response code="200">One page of them.</response>
    /// <response code="400"><c>validation_failed</c>: a parameter is not valid.</response>
    [HttpGet("/events")]
    [TellsAge]
    [ProducesResponseType<PagedResult<EventStatus>>(200)]
    [ProducesProblem(400, 503)]
    public async Task<PagedResult<EventStatus>> Events([FromQuery] ListEventsQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken);

    /// <summary>Totals over all events.</summary>
    /// <response code="200">All figures are of one moment.</response>
    [HttpGet("/stats")]
    [TellsAge]
    [ProducesResponseType<SalesStats>(200)]
    [ProducesProblem(503)]
    public async Task<SalesStats> Stats(CancellationToken cancellationToken) =>
        await mediator.Send(new GetStatsQuery(), cancellationToken);
}
