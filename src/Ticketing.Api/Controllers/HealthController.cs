using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Infrastructure.Persistence;

namespace Ticketing.Api.Controllers;

/// <summary>For load balancers, orchestrators and people.</summary>
[ApiController]
[Tags("Health")]
public sealed class HealthController(DatabaseHealth database) : ControllerBase
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

    /// <summary>Whether the process can take requests, which needs the database.</summary>
    /// <response code="200">It can.</response>
    /// <response code="503"><c>database_unavailable</c>: the database cannot be reached.</response>
    [HttpGet("/health/ready")]
    [ProducesResponseType<HealthResponse>(200)]
    [ProducesProblem(503)]
    public Task<IActionResult> Ready() => Health();
}
