using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Common;

namespace Ticketing.Api.Controllers;

/// <summary>For load balancers, orchestrators and people.</summary>
[ApiController]
[Tags("Health")]
public sealed class HealthController(IDatabaseHealth database, IHostApplicationLifetime lifetime) : ControllerBase
{
    private static readonly HealthResponse _healthy = new("healthy");

    /// <summary>Whether the process works and reaches its database.</summary>
    /// <response code="200">It does.</response>
    /// <response code="503"><c>database_unavailable</c>: the database cannot be reached.</response>
    [HttpGet("/health")]
    [ProducesResponseType<HealthResponse>(200)]
    [ProducesProblem(503)]
    public async Task<IActionResult> Health() => await database.IsReachableAsync()
        ? Ok(_healthy)
        : ProblemWriter.Result(HttpContext, ProblemKind.DatabaseUnavailable);

    /// <summary>Whether the process is alive; the database is not asked.</summary>
    /// <response code="200">It is.</response>
    [HttpGet("/health/live")]
    [ProducesResponseType<HealthResponse>(200)]
    public HealthResponse Live() => _healthy;

    /// <summary>Whether the process should be sent requests: it has warmed up, reaches its database, and has not been told to stop.</summary>
    /// <response code="200">It should.</response>
    /// <response code="503">
    /// <c>starting_up</c>: the process has not warmed up yet. <c>database_unavailable</c>: the database cannot be reached. <c>shutting_down</c>: the
    /// process has been told to stop.
    /// </response>
    [HttpGet("/health/ready")]
    [ProducesResponseType<HealthResponse>(200)]
    [ProducesProblem(503)]
    public async Task<IActionResult> Ready() =>
        lifetime.ApplicationStopping.IsCancellationRequested ? ProblemWriter.Result(HttpContext, ProblemKind.ShuttingDown)
        : !lifetime.ApplicationStarted.IsCancellationRequested ? ProblemWriter.Result(HttpContext, ProblemKind.StartingUp)
        : await Health();
}

/// <summary>A sign of life.</summary>
/// <param name="Status"><c>healthy</c>.</param>
public sealed record HealthResponse(string Status);
