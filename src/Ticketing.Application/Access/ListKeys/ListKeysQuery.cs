using MediatR;
using Ticketing.Domain;

namespace Ticketing.Application.Access.ListKeys;

/// <summary>The keys that were given out.</summary>
public sealed record ListKeysQuery : IRequest<IReadOnlyList<KeyItem>>;

/// <summary>A key, without its secret.</summary>
/// <param name="KeyId">Its public part.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Name">Whose key it is.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="ExpiresAt">When it stops to work, UTC; null for never.</param>
/// <param name="RevokedAt">When it was revoked, UTC; null if it was not.</param>
/// <param name="LastUsedAt">When it was last used, UTC, give or take a minute; null if never.</param>
public sealed record KeyItem(string KeyId, string Role, string Name, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? RevokedAt, DateTime? LastUsedAt);

internal sealed class ListKeysHandler(IApiKeys keys) : IRequestHandler<ListKeysQuery, IReadOnlyList<KeyItem>>
{
    public async Task<IReadOnlyList<KeyItem>> Handle(ListKeysQuery request, CancellationToken cancellationToken) =>
        [.. (await keys.ListAsync(cancellationToken)).Select(key => new KeyItem(
            key.Id, key.Role.Name(), key.Name, key.CreatedAt, key.ExpiresAt, key.RevokedAt, key.LastUsedAt))];
}
