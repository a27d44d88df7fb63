using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Problems;
using Ticketing.Application.Common;
using Ticketing.Application.Events;
using Ticketing.Application.Events.ChangeEvent;
using Ticketing.Application.Events.ChangeSaleState;
using Ticketing.Application.Events.GetStats;
using Ticketing.Application.Events.GetStatus;
using Ticketing.Application.Events.ListEvents;
using Ticketing.Application.Events.ListStrategies;
using Ticketing.Application.Events.SetupEvent;
using Ticketing.Application.Sales;
using Ticketing.Domain;

namespace Ticketing.Api.Controllers;

/// <summary>Setting up events, and the state of their sales.</summary>
[ApiController]
[Tags("Events")]
public sealed class EventsController(IMediator mediator) : ControllerBase
{
    /// <summary>Sets up a new event, which becomes the current one.</summary>
    /// <param name="command">All fields are optional; <c>{}</c> sets up "Concert" with 100 tickets.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The event is set up. It is on sale, unless the sale starts later.</response>
    /// <response code="400"><c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.</response>
    /// <response code="409"><c>upgrade_in_progress</c>: servers of the previous version, which would ignore a limit or a time, may still run.</response>
    [HttpPost("/setup", Name = "setUpEvent")]
    [OnlyFor(Callers.Organizing)]
    [NeedsDatabase]
    [ProducesResponseType<SetupEventResult>(200)]
    [ProducesProblem(400, 409, 413, 415, 503)]
    public async Task<IActionResult> Setup([FromBody] SetupEventCommand command, CancellationToken cancellationToken) =>
        await mediator.Send(command with { Actor = this.Actor() }, cancellationToken) is { } result ? Ok(result) : Problem(ProblemKind.UpgradeInProgress);

    /// <summary>Changes the stock, the limit per user, or the time of an event's sale.</summary>
    /// <remarks>It holds for every order that is sent after the response, on every server.</remarks>
    /// <param name="id">The event.</param>
    /// <param name="command">What to change.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The event as it is now.</response>
    /// <response code="400"><c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.</response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist.</response>
    /// <response code="409">
    /// <c>below_sold</c>: more tickets are sold or held than <c>total_tickets</c>. <c>upgrade_in_progress</c>: servers of the previous version may still run.
    /// </response>
    /// <response code="503">
    /// <c>busy</c>: too many orders for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. It is safe to send the request again.
    /// </response>
    [HttpPatch("/events/{id:int}", Name = "changeEvent")]
    [OnlyFor(Callers.Organizing)]
    [NeedsDatabase]
    [ProducesResponseType<EventStatus>(200)]
    [ProducesProblem(400, 404, 409, 413, 415, 503)]
    public async Task<IActionResult> Change([FromRoute] int id, [FromBody] ChangeEventCommand command, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(command with { EventId = id, Actor = this.Actor() }, cancellationToken));

    /// <summary>Pauses an event's sale: no order is served until it is resumed.</summary>
    /// <param name="id">The event.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The event as it is now.</response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist.</response>
    /// <response code="409"><c>sale_ended</c>: the sale was closed. <c>upgrade_in_progress</c>: servers of the previous version may still run.</response>
    /// <response code="503">
    /// <c>busy</c>: too many orders for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. It is safe to send the request again.
    /// </response>
    [HttpPost("/events/{id:int}/pause", Name = "pauseSale")]
    [OnlyFor(Callers.Organizing)]
    [NeedsDatabase]
    [ProducesResponseType<EventStatus>(200)]
    [ProducesProblem(400, 404, 409, 503)]
    public async Task<IActionResult> Pause([FromRoute] int id, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(new ChangeSaleStateCommand(id, SaleState.Paused, this.Actor()), cancellationToken));

    /// <summary>Resumes an event's sale.</summary>
    /// <param name="id">The event.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The event as it is now.</response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist.</response>
    /// <response code="409"><c>sale_ended</c>: the sale was closed. <c>upgrade_in_progress</c>: servers of the previous version may still run.</response>
    /// <response code="503">
    /// <c>busy</c>: too many orders for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. It is safe to send the request again.
    /// </response>
    [HttpPost("/events/{id:int}/resume", Name = "resumeSale")]
    [OnlyFor(Callers.Organizing)]
    [NeedsDatabase]
    [ProducesResponseType<EventStatus>(200)]
    [ProducesProblem(400, 404, 409, 503)]
    public async Task<IActionResult> Resume([FromRoute] int id, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(new ChangeSaleStateCommand(id, SaleState.OnSale, this.Actor()), cancellationToken));

    /// <summary>Ends an event's sale for good.</summary>
    /// <param name="id">The event.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The event as it is now.</response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist.</response>
    /// <response code="409"><c>upgrade_in_progress</c>: servers of the previous version may still run.</response>
    /// <response code="503">
    /// <c>busy</c>: too many orders for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. It is safe to send the request again.
    /// </response>
    [HttpPost("/events/{id:int}/close", Name = "closeSale")]
    [OnlyFor(Callers.Organizing)]
    [NeedsDatabase]
    [ProducesResponseType<EventStatus>(200)]
    [ProducesProblem(400, 404, 409, 503)]
    public async Task<IActionResult> Close([FromRoute] int id, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(new ChangeSaleStateCommand(id, SaleState.Ended, this.Actor()), cancellationToken));

    /// <summary>Returns the state of an event's sale.</summary>
    /// <response code="200">The figures, all from the same moment.</response>
    /// <response code="400"><c>validation_failed</c>: the id is not valid.</response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist, or no event exists.</response>
    [HttpGet("/status", Name = "getStatus")]
    [AllowAnonymous]
    [ReportsAge]
    [ProducesResponseType<EventStatus>(200)]
    [ProducesProblem(400, 404, 503)]
    public async Task<IActionResult> Status([FromQuery] GetStatusQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken) is { } status
            ? Ok(status)
            : Problem(ProblemKind.EventNotFound);

    /// <summary>Lists events, newest first.</summary>
    /// <response code="200">One page of the list.</response>
    /// <response code="400"><c>validation_failed</c>: a parameter is not valid.</response>
    [HttpGet("/events", Name = "listEvents")]
    [AllowAnonymous]
    [ReportsAge]
    [ProducesResponseType<PagedResult<EventStatus>>(200)]
    [ProducesProblem(400, 503)]
    public async Task<PagedResult<EventStatus>> Events([FromQuery] ListEventsQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken);

    /// <summary>Lists the strategies with which an event can be set up.</summary>
    /// <response code="200">All strategies, and what is missing for those that are not available here.</response>
    [HttpGet("/strategies", Name = "listStrategies")]
    [AllowAnonymous]
    [ProducesResponseType<IReadOnlyList<StrategyAvailability>>(200)]
    [ProducesProblem(400)]
    public async Task<IReadOnlyList<StrategyAvailability>> Strategies(CancellationToken cancellationToken) =>
        await mediator.Send(new ListStrategiesQuery(), cancellationToken);

    /// <summary>Returns totals over all events.</summary>
    /// <response code="200">The figures, all from the same moment.</response>
    [HttpGet("/stats", Name = "getStats")]
    [AllowAnonymous]
    [ReportsAge]
    [ProducesResponseType<SalesStats>(200)]
    [ProducesProblem(400, 503)]
    public async Task<SalesStats> Stats(CancellationToken cancellationToken) =>
        await mediator.Send(new GetStatsQuery(), cancellationToken);

    /// <summary>Maps each outcome to its response.</summary>
    private IActionResult Answer(EventOutcome outcome) => outcome switch
    {
        EventOutcome.Changed changed => Ok(changed.Status),
        EventOutcome.NotFound => Problem(ProblemKind.EventNotFound),
        EventOutcome.BelowSold sold => Problem(ProblemKind.BelowSold, $"{sold.Taken:N0} tickets are sold or held. {ProblemKind.BelowSold.Detail}"),
        EventOutcome.EndsBeforeStart => EndsBeforeStart(),
        EventOutcome.SaleEnded => Problem(ProblemKind.SaleEnded),
        EventOutcome.UpgradeInProgress => Problem(ProblemKind.UpgradeInProgress),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    private IActionResult EndsBeforeStart()
    {
        ModelState.AddModelError("sale_ends_at", "Must be later than sale_starts_at.");
        return Problems.ValidationProblem.From(ControllerContext);
    }

    private ObjectResult Problem(ProblemKind kind, string? detail = null) => ProblemWriter.Result(HttpContext, kind, detail);
}
