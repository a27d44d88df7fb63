using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;

namespace Ticketing.Api.Controllers;

/// <summary>Explains problems, at the address in their <c>type</c>.</summary>
[ApiController]
[Tags("Problems")]
[AllowAnonymous]
public sealed class ProblemsController : ControllerBase
{
    /// <summary>Lists all problems.</summary>
    /// <response code="200">What each of them means, and what to do.</response>
    [HttpGet("/problems", Name = "listProblems")]
    [ProducesResponseType<IReadOnlyList<ProblemExplanation>>(200)]
    [ProducesProblem(400)]
    public IReadOnlyList<ProblemExplanation> All() => [.. ProblemKind.All.Select(Explain)];

    /// <summary>Explains one problem.</summary>
    /// <param name="code" example="sold_out">The problem's <c>code</c>.</param>
    /// <response code="200">What it means and what to do.</response>
    /// <response code="404"><c>not_found</c>: there is no such problem.</response>
    [HttpGet("/problems/{code}", Name = "getProblem")]
    [ProducesResponseType<ProblemExplanation>(200)]
    [ProducesProblem(400, 404)]
    public IActionResult Explain(string code) =>
        ProblemKind.All.SingleOrDefault(kind => kind.Code == code) is { } kind
            ? Ok(Explain(kind))
            : ProblemWriter.Result(HttpContext, ProblemKind.NotFound);

    private static ProblemExplanation Explain(ProblemKind kind) => new(kind.Code, kind.Status, kind.Title, kind.Detail);
}

/// <summary>An explanation of a problem.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What is wrong.</param>
/// <param name="Detail">What to do.</param>
public sealed record ProblemExplanation(string Code, int Status, string Title, string Detail);
