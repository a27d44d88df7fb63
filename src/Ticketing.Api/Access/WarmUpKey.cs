using Ticketing.Application.Access;
using Ticketing.Domain;

namespace Ticketing.Api.Access;

/// <summary>
/// What the program shows itself while it warms up, so that its orders run through the code of those that come after it. It never leaves the process, and is void when the
/// warm-up is over.
/// </summary>
internal sealed class WarmUpKey
{
    private volatile string? _authorization = $"Bearer {ApiKeyText.Create().Reveal()}";

    /// <summary>The header of a request; null once it is void.</summary>
    public string? Authorization => _authorization;

    /// <summary>Who shows it: somebody who may order for any user.</summary>
    public static Caller Caller { get; } = new(Role.Seller, "warm-up");

    /// <summary>Ends its use.</summary>
    public void Revoke() => _authorization = null;
}
