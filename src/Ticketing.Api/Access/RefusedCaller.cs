using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Ticketing.Api.Problems;

namespace Ticketing.Api.Access;

/// <summary>Answers callers who may not pass with a problem document, whichever way they have shown who they are.</summary>
internal sealed class RefusedCaller : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            context.Response.Headers.CacheControl = "no-store"; // it is for this caller alone
            return next(context);
        }

        if (authorizeResult.Forbidden)
        {
            return ProblemWriter.WriteAsync(context, ProblemKind.Forbidden);
        }

        context.Response.Headers.WWWAuthenticate = context.Request.Headers.Authorization.Count == 0
            ? "Bearer realm=\"ticketing\""
            : "Bearer realm=\"ticketing\", error=\"invalid_token\""; // RFC 6750, section 3.1
        return ProblemWriter.WriteAsync(context, ProblemKind.Unauthenticated);
    }
}
