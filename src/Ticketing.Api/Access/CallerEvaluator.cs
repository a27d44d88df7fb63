using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;
using Ticketing.Application.Access;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Api.Access;

/// <summary>
/// Knows a caller by what he shows: a program by its key, <c>Authorization: Bearer tk_…</c>, and a buyer by the token of an issuer, which the framework checks.
/// </summary>
/// <remarks>
/// As a scheme of the framework, a key would take two handlers, an identity with its claims, and the authorization service, all made anew for each request: that cost a fifth
/// of the bookings of a hot event. Here the identity of a key is made once per look-up. Measured in docs/decisions/keys.md.
/// </remarks>
/// <param name="keys">The keys.</param>
/// <param name="warmUp">What the program shows itself.</param>
/// <param name="breaker">Knows whether they can be looked up.</param>
/// <param name="tokens">The scheme of the buyers' tokens; null if there are none.</param>
internal sealed class CallerEvaluator(IApiKeys keys, WarmUpKey warmUp, DatabaseCircuitBreaker breaker, string? tokens) : IPolicyEvaluator
{
    private const string Bearer = "Bearer ";

    private static readonly AuthenticateResult _unknown = AuthenticateResult.Fail("The key does not exist, or does not work any more.");
    private static readonly AuthenticateResult _warmUp = IdentityOf(WarmUpKey.Caller);
    private static readonly PolicyAuthorizationResult _allowed = PolicyAuthorizationResult.Success();
    private static readonly PolicyAuthorizationResult _forbidden = PolicyAuthorizationResult.Forbid();
    private static readonly PolicyAuthorizationResult _challenged = PolicyAuthorizationResult.Challenge();

    /// <summary>What the framework is told of a key that was looked up.</summary>
    private readonly ConditionalWeakTable<ApiKey, AuthenticateResult> _known = [];

    public async Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context)
    {
        string? shown = context.Request.Headers.Authorization;
        var result = shown is null ? AuthenticateResult.NoResult()
            : shown.StartsWith($"{Bearer}{ApiKeyText.Prefix}", StringComparison.OrdinalIgnoreCase) ? await FindKeyAsync(shown, context.RequestAborted)
            : tokens is not null ? await context.AuthenticateAsync(tokens)
            : _unknown;
        if (result.Succeeded)
        {
            context.User = result.Principal;
        }

        return result;
    }

    /// <remarks>A policy here is a list of roles, of which one will do.</remarks>
    public Task<PolicyAuthorizationResult> AuthorizeAsync(AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource) => Task.FromResult(
        !authenticationResult.Succeeded ? _challenged
        : policy.Requirements.All(requirement => requirement is RolesAuthorizationRequirement roles && roles.AllowedRoles.Any(authenticationResult.Principal.IsInRole)) ? _allowed
        : _forbidden);

    private async ValueTask<AuthenticateResult> FindKeyAsync(string shown, CancellationToken cancellationToken)
    {
        if (ApiKeyText.Parse(shown.AsSpan(Bearer.Length)) is not { } text)
        {
            return _unknown;
        }

        if (breaker.IsOpen)
        {
            throw new DatabaseUnavailableException();
        }

        if (warmUp.Authorization is { } own && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(own.AsSpan()), MemoryMarshal.AsBytes(shown.AsSpan())))
        {
            return _warmUp;
        }

        return await keys.FindAsync(text, cancellationToken) is { } key ? _known.GetValue(key, found => IdentityOf(new(found.Role, found.Name))) : _unknown;
    }

    private static AuthenticateResult IdentityOf(Caller caller) =>
        AuthenticateResult.Success(new(new ClaimsPrincipal(new CallerIdentity(caller, nameof(ApiKey))), nameof(ApiKey)));
}

/// <summary>The identity of a caller.</summary>
/// <param name="caller">The caller.</param>
/// <param name="scheme">How he is known.</param>
internal sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity([new(ClaimTypes.Role, caller.Role.Name()), new(ClaimTypes.Name, caller.Name)], scheme)
{
    public Caller Caller => caller;
}
