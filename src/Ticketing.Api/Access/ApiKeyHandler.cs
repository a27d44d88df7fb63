using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Ticketing.Application.Access;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Api.Access;

/// <summary>Knows a program by the key that it shows: <c>Authorization: Bearer tk_…</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, IApiKeys keys, DatabaseCircuitBreaker breaker)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";

    /// <summary>The claim with the public part of the key.</summary>
    public const string KeyIdClaim = "key_id";

    private const string Bearer = "Bearer ";

    /// <summary>Whether this is the header of a request that shows a key.</summary>
    public static bool IsKey(string? authorization) => authorization is not null && authorization.StartsWith($"{Bearer}{ApiKeyText.Prefix}", StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? authorization = Request.Headers.Authorization;
        if (!IsKey(authorization))
        {
            return AuthenticateResult.NoResult();
        }

        if (ApiKeyText.Parse(authorization.AsSpan(Bearer.Length)) is not { } shown)
        {
            return AuthenticateResult.Fail("It has not the form of a key.");
        }

        if (breaker.IsOpen)
        {
            throw new DatabaseUnavailableException();
        }

        return await keys.FindAsync(shown, Context.RequestAborted) is { } key
            ? AuthenticateResult.Success(new(new ClaimsPrincipal(IdentityOf(key)), Scheme.Name))
            : AuthenticateResult.Fail("The key does not exist, or does not work any more.");
    }

    private ClaimsIdentity IdentityOf(ApiKey key) => new(
        [new(ClaimTypes.Role, key.Role.Name()), new(ClaimTypes.Name, key.Name), new(KeyIdClaim, key.Id)], Scheme.Name);
}
