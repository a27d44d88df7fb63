using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Lab;
using Ticketing.Api.Problems;
using Ticketing.Application.Races;
using Ticketing.Domain;

namespace Ticketing.Api.Controllers;

/// <summary>Races of strategies against each other, for those who learn what a race is.</summary>
[ApiController]
[Tags("Races")]
[NeedsLab]
[OnlyFor(Callers.Administering)]
public sealed class RacesController(Races races, IHostApplicationLifetime lifetime) : ControllerBase
{
    /// <summary>The name of the events of the stream.</summary>
    private const string EventType = "race";

    /// <summary>Starts a race, which runs in the background.</summary>
    /// <remarks>
    /// The server sends the buyers to itself, over HTTP. Events of races are not in <c>GET /events</c> and <c>GET /stats</c>; <c>GET /history</c> has their bookings. One runs at a time.
    /// </remarks>
    /// <param name="settings">All fields are optional; <c>{}</c> races <c>naive</c> and <c>batched</c>.</param>
    /// <response code="202">The race runs. <c>Location</c> is where it can be read.</response>
    /// <response code="400"><c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.</response>
    /// <response code="409"><c>race_running</c>: another one runs.</response>
    [HttpPost("/races", Name = "startRace")]
    [NeedsDatabase]
    [ProducesResponseType<RaceState>(202)]
    [ProducesProblem(400, 409, 413, 415, 503)]
    public IActionResult Start([FromBody] RaceSettings settings)
    {
        if (races.Address is null)
        {
            return ProblemWriter.Result(HttpContext, ProblemKind.LabClosed, "The buyers of a race speak plain HTTP, and this server listens to HTTPS only.");
        }

        return races.Start(settings, this.Actor(), Request.Headers.Authorization, out var running) is { } race
            ? Accepted(new Uri($"/races/{race.Id}", UriKind.Relative), race.Read())
            : ProblemWriter.Result(HttpContext, ProblemKind.RaceRunning, $"GET /races/{running!.Id} says how it stands. {ProblemKind.RaceRunning.Detail}");
    }

    /// <summary>Says how a race stands, or how it has ended.</summary>
    /// <param name="id">The race.</param>
    /// <response code="200">The race, with all points of its curves.</response>
    /// <response code="404"><c>race_not_found</c>: the race does not exist, or is forgotten: the last twenty are kept until the server stops.</response>
    [HttpGet("/races/{id:int}", Name = "getRace")]
    [ProducesResponseType<RaceState>(200)]
    [ProducesProblem(400, 404)]
    public IActionResult Get([FromRoute] int id)
    {
        Response.Headers.CacheControl = "no-store";
        return races.Find(id) is { } race ? Ok(race.Read()) : ProblemWriter.Result(HttpContext, ProblemKind.RaceNotFound);
    }

    /// <summary>Tells how a race goes, ten times a second, until it is over.</summary>
    /// <param name="id">The race.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">Server-sent events of the type <c>race</c>. Each has the whole race, but of the points of its curves only those that are new.</response>
    /// <response code="404"><c>race_not_found</c>: the race does not exist, or is forgotten.</response>
    [HttpGet("/races/{id:int}/progress", Name = "watchRace")]
    [ProducesResponseType<RaceState>(200, "text/event-stream")]
    [ProducesProblem(400, 404)]
    public IResult Watch([FromRoute] int id, CancellationToken cancellationToken)
    {
        if (races.Find(id) is not { } race)
        {
            return new ProblemAnswer(ProblemKind.RaceNotFound);
        }

        Response.Headers["X-Accel-Buffering"] = "no"; // Nginx would gather the answer
        return HttpMethods.IsHead(Request.Method) ? Results.Empty : TypedResults.ServerSentEvents(EventsAsync(race, cancellationToken));
    }

    /// <summary>Shows what the buyers of a strategy went through: which statements, when, and which stock they saw.</summary>
    /// <param name="id">The race.</param>
    /// <param name="query">The strategy.</param>
    /// <response code="200">The steps of those who were answered until now.</response>
    /// <response code="400"><c>validation_failed</c>: the strategy is not in the race, has not begun, or its steps are forgotten: the last three races keep theirs.</response>
    /// <response code="404"><c>race_not_found</c>: the race does not exist, or is forgotten.</response>
    [HttpGet("/races/{id:int}/steps", Name = "getRaceSteps")]
    [ProducesResponseType<RaceSteps>(200)]
    [ProducesProblem(400, 404)]
    public IActionResult Steps([FromRoute] int id, [FromQuery] RaceStepsQuery query)
    {
        if (races.Find(id) is not { } race)
        {
            return ProblemWriter.Result(HttpContext, ProblemKind.RaceNotFound);
        }

        if (BookingStrategyNames.TryParse(query.Strategy, out var strategy) && race.ReadSteps(strategy) is { } steps)
        {
            Response.Headers.CacheControl = "no-store";
            return Ok(steps);
        }

        ModelState.AddModelError("strategy", "Must be the name of a strategy of this race that has begun. Only the last three races keep their steps.");
        return Problems.ValidationProblem.From(ControllerContext);
    }

    /// <summary>Ends a race early: no more buyers order.</summary>
    /// <param name="id">The race.</param>
    /// <response code="202">It ends as soon as those who have ordered are answered. A race that is over stays as it is.</response>
    /// <response code="404"><c>race_not_found</c>: the race does not exist, or is forgotten.</response>
    [HttpPost("/races/{id:int}/stop", Name = "stopRace")]
    [ProducesResponseType<RaceState>(202)]
    [ProducesProblem(400, 404)]
    public IActionResult Stop([FromRoute] int id)
    {
        if (races.Find(id) is not { } race)
        {
            return ProblemWriter.Result(HttpContext, ProblemKind.RaceNotFound);
        }

        race.Stop();
        return Accepted(new Uri($"/races/{race.Id}", UriKind.Relative), race.Read());
    }

    /// <summary>A server that stops does not wait for those who watch.</summary>
    private async IAsyncEnumerable<SseItem<RaceState>> EventsAsync(Race race, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await foreach (var state in race.WatchAsync(ends.Token))
        {
            yield return new(state, EventType);
        }
    }

    /// <summary>A problem document from an action whose result is not one of MVC.</summary>
    private sealed class ProblemAnswer(ProblemKind kind) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => ProblemWriter.WriteAsync(httpContext, kind);
    }
}
