using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Common;

namespace Ticketing.Api.Controllers;

/// <summary>Health checks for load balancers, orchestrators and people.</summary>
[ApiController]
[Tags("Health")]
[AllowAnonymous]
public sealed class HealthController(IDatabaseHealth database, IHostApplicationLifetime lifetime) : ControllerBase
{
    private static readonly HealthResponse _healthy = new("healthy");

    /// <summary>Checks the process and its database.</summary>
    /// <response code="200">Both work.</response>
    /// <response code="503"><c>database_unavailable</c>: the database is unavailable.</response>
    [HttpGet("/health", Name = "getHealth")]
    [ProducesResponseType<HealthResponse>(200)]
    [ProducesProblem(400, 503)]
    public async Task<IActionResult> Health() => await database.IsReachableAsync()
        ? Ok(_healthy)
        : ProblemWriter.Result(HttpContext, ProblemKind.DatabaseUnavailable);

    /// <summary>Checks the process only, not the database.</summary>
    /// <response code="200">The process runs.</response>
    [HttpGet("/health/live", Name = "getLiveness")]
    [ProducesResponseType<HealthResponse>(200)]
    [ProducesProblem(400)]
    public HealthResponse Live() => _healthy;

    /// <summary>Checks whether the process takes requests: it has warmed up, its database is available, and it is not draining.</summary>
    /// <response code="200">It takes requests.</response>
    /// <response code="503">
    /// <c>starting_up</c>: the process is warming up. <c>database_unavailable</c>: the database is unavailable. <c>shutting_down</c>: the process is
    /// draining.
    /// </response>
    [HttpGet("/health/ready", Name = "getReadiness")]
    [ProducesResponseType<HealthResponse>(200)]
    [ProducesProblem(400, 503)]
    public async Task<IActionResult> Ready() =>
        lifetime.ApplicationStopping.IsCancellationRequested ? ProblemWriter.Result(HttpContext, ProblemKind.ShuttingDown)
        : !lifetime.ApplicationStarted.IsCancellationRequested ? ProblemWriter.Result(HttpContext, ProblemKind.StartingUp)
        : await Health();
}

/// <summary>The result of a health check.</summary>
/// <param name="Status"><c>healthy</c>.</param>
public sealed record HealthResponse(string Status);
