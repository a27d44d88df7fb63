using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;

namespace Ticketing.Api.Controllers;

/// <summary>Explains the problems, at the address that their <c>type</c> gives.</summary>
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

/// <summary>What a problem means.</summary>
/// <param name="Code">The stable word.</param>
/// <param name="Status">The HTTP status that it comes with.</param>
/// <param name="Title">What is wrong.</param>
/// <param name="Detail">What to do.</param>
public sealed record ProblemExplanation(string Code, int Status, string Title, string Detail);
