using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Problems;
using Ticketing.Application.Access.CreateKey;
using Ticketing.Application.Access.ListKeys;
using Ticketing.Application.Access.RevokeKey;

namespace Ticketing.Api.Controllers;

/// <summary>The keys with which programs call the API.</summary>
[ApiController]
[Tags("Keys")]
[OnlyFor(Callers.Administering)]
public sealed class KeysController(IMediator mediator) : ControllerBase
{
    /// <summary>Creates a key.</summary>
    /// <remarks>The response is the only place where the key appears; only a hash of it is stored. Send it with each request: <c>Authorization: Bearer tk_…</c>.</remarks>
    /// <param name="command">Whose key it is, and what it may do.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="201">The new key.</response>
    /// <response code="400"><c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.</response>
    [HttpPost("/keys", Name = "createKey")]
    [NeedsDatabase]
    [ProducesResponseType<CreatedKey>(201)]
    [ProducesProblem(400, 413, 415, 503)]
    public async Task<IActionResult> Create([FromBody] CreateKeyCommand command, CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        return StatusCode(StatusCodes.Status201Created, await mediator.Send(command with { Actor = this.Actor() }, cancellationToken));
    }

    /// <summary>Lists the keys, newest first, without their secrets.</summary>
    /// <response code="200">All keys, those that were revoked too.</response>
    [HttpGet("/keys", Name = "listKeys")]
    [NeedsDatabase]
    [ProducesResponseType<IReadOnlyList<KeyItem>>(200)]
    [ProducesProblem(400, 503)]
    public async Task<IReadOnlyList<KeyItem>> List(CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        return await mediator.Send(new ListKeysQuery(), cancellationToken);
    }

    /// <summary>Revokes a key: within five seconds, no server accepts it any more.</summary>
    /// <param name="id">The <c>key_id</c>.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="204">The key is revoked.</response>
    /// <response code="404"><c>key_not_found</c>: the key does not exist.</response>
    [HttpDelete("/keys/{id}", Name = "revokeKey")]
    [NeedsDatabase]
    [ProducesResponseType(204)]
    [ProducesProblem(400, 404, 503)]
    public async Task<IActionResult> Revoke([FromRoute] string id, CancellationToken cancellationToken) =>
        await mediator.Send(new RevokeKeyCommand(id, this.Actor()), cancellationToken) ? NoContent() : ProblemWriter.Result(HttpContext, ProblemKind.KeyNotFound);
}
