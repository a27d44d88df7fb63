using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;

namespace Ticketing.Api.Controllers;

/// <summary>Explains problems, at the address in their <c>type</c>.</summary>
[ApiController]
[Tags("Problems")]
public sealed class ProblemsController : ControllerBase
{
    /// <summary>Explains one problem.</summary>
    /// <param name="code" example="sold_out">The problem's <c>code</c>.</param>
    /// <response code="200">What it means and what to do.</response>
    /// <response code="404"><c>not_found</c>: there is no such problem.</response>
    [HttpGet("/problems/{code}")]
    [ProducesResponseType<ProblemExplanation>(200)]
    [ProducesProblem(404)]
    public IActionResult Explain(string code) =>
        ProblemKind.All.SingleOrDefault(kind => kind.Code == code) is { } kind
            ? Ok(new ProblemExplanation(kind.Code, kind.Status, kind.Title, kind.Detail))
            : ProblemWriter.Result(HttpContext, ProblemKind.NotFound);
}

/// <summary>An explanation of a problem.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What is wrong.</param>
/// <param name="Detail">What to do.</param>
public sealed record ProblemExplanation(string Code, int Status, string Title, string Detail);
