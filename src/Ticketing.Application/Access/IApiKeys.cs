using Ticketing.Domain;

namespace Ticketing.Application.Access;

/// <summary>The keys that were given out.</summary>
public interface IApiKeys
{
    /// <summary>Finds the key that somebody shows.</summary>
    /// <returns>Null if there is no such key, or it does not work any more.</returns>
    ValueTask<ApiKey?> FindAsync(ApiKeyText shown, CancellationToken cancellationToken);

    /// <summary>Stores a new key.</summary>
    Task AddAsync(ApiKey key, Actor actor, CancellationToken cancellationToken);

    /// <summary>All keys, newest first, those that were revoked too.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Revokes a key. Repeating it changes nothing.</summary>
    /// <returns>False if there is no such key.</returns>
    Task<bool> RevokeAsync(string id, Actor actor, CancellationToken cancellationToken);
}
