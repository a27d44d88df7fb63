using MediatR;

namespace Ticketing.Application.Access.RevokeKey;

/// <summary>Revokes a key: within five seconds, no server accepts it any more.</summary>
/// <param name="KeyId">The public part of the key.</param>
/// <param name="Actor">Who revokes it.</param>
public sealed record RevokeKeyCommand(string KeyId, Actor Actor) : IRequest<bool>;

internal sealed class RevokeKeyHandler(IApiKeys keys) : IRequestHandler<RevokeKeyCommand, bool>
{
    public Task<bool> Handle(RevokeKeyCommand request, CancellationToken cancellationToken) => keys.RevokeAsync(request.KeyId, request.Actor, cancellationToken);
}
