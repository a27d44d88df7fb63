using Microsoft.AspNetCore.Authorization;

namespace Ticketing.Api.Access;

/// <summary>
/// Who may call an action. What anyone may call is marked with <see cref="AllowAnonymousAttribute"/>, and there nobody looks at what a caller shows: a health check with a
/// key must not fail because the key cannot be looked up.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class OnlyForAttribute : AuthorizeAttribute
{
    /// <param name="roles">Names of roles, with commas between them; see <see cref="Callers"/>.</param>
    public OnlyForAttribute(string roles) => Roles = roles;
}
