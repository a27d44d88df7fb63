using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Common;
using Ticketing.Application.Events.GetStats;
using Ticketing.Application.Events.GetStatus;
using Ticketing.Application.Events.ListEvents;
using Ticketing.Application.Events.ListStrategies;
using Ticketing.Application.Events.SetupEvent;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Controllers;

/// <summary>Setting up events, and the state of their sales.</summary>
[ApiController]
[Tags("Events")]
public sealed class EventsController(IMediator mediator) : ControllerBase
{
    /// <summary>Sets up a new event, which becomes the current one.</summary>
    /// <param name="command">All fields are optional; <c>{}</c> sets up "Concert" with 100 tickets.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The event is on sale.</response>
    /// <response code="400"><c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.</response>
    [HttpPost("/setup", Name = "setUpEvent")]
    [NeedsDatabase]
    [ProducesResponseType<SetupEventResult>(200)]
    [ProducesProblem(400, 413, 415, 503)]
    public async Task<SetupEventResult> Setup([FromBody] SetupEventCommand command, CancellationToken cancellationToken) =>
        await mediator.Send(command, cancellationToken);

    /// <summary>Returns the state of an event's sale.</summary>
    /// <response code="200">The figures, all from the same moment.</response>
    /// <response code="400"><c>validation_failed</c>: the id is not valid.</response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist, or no event exists.</response>
    [HttpGet("/status", Name = "getStatus")]
    [ReportsAge]
    [ProducesResponseType<EventStatus>(200)]
    [ProducesProblem(400, 404, 503)]
    public async Task<IActionResult> Status([FromQuery] GetStatusQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken) is { } status
            ? Ok(status)
            : ProblemWriter.Result(HttpContext, ProblemKind.EventNotFound);

    /// <summary>Lists events, newest first.</summary>
    /// <response code="200">One page of the list.</response>
    /// <response code="400"><c>validation_failed</c>: a parameter is not valid.</response>
    [HttpGet("/events", Name = "listEvents")]
    [ReportsAge]
    [ProducesResponseType<PagedResult<EventStatus>>(200)]
    [ProducesProblem(400, 503)]
    public async Task<PagedResult<EventStatus>> Events([FromQuery] ListEventsQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken);

    /// <summary>Lists the strategies with which an event can be set up.</summary>
    /// <response code="200">All strategies, and what is missing for those that are not available here.</response>
    [HttpGet("/strategies", Name = "listStrategies")]
    [ProducesResponseType<IReadOnlyList<StrategyAvailability>>(200)]
    [ProducesProblem(400)]
    public async Task<IReadOnlyList<StrategyAvailability>> Strategies(CancellationToken cancellationToken) =>
        await mediator.Send(new ListStrategiesQuery(), cancellationToken);

    /// <summary>Returns totals over all events.</summary>
    /// <response code="200">The figures, all from the same moment.</response>
    [HttpGet("/stats", Name = "getStats")]
    [ReportsAge]
    [ProducesResponseType<SalesStats>(200)]
    [ProducesProblem(400, 503)]
    public async Task<SalesStats> Stats(CancellationToken cancellationToken) =>
        await mediator.Send(new GetStatsQuery(), cancellationToken);
}
