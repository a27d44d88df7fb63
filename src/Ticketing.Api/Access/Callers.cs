using Microsoft.AspNetCore.Authorization;
using Ticketing.Domain;

namespace Ticketing.Api.Access;

/// <summary>Who may call an action. What anyone may is marked with <see cref="AllowAnonymousAttribute"/>.</summary>
internal static class Callers
{
    /// <summary>Those who order.</summary>
    public const string Ordering = $"{RoleNames.Buyer},{RoleNames.Seller},{RoleNames.Admin}";

    /// <summary>Those who run sales.</summary>
    public const string Organizing = $"{RoleNames.Organizer},{RoleNames.Admin}";

    /// <summary>Those who order, and those who run sales.</summary>
    public const string OrderingOrOrganizing = $"{RoleNames.Buyer},{RoleNames.Seller},{RoleNames.Organizer},{RoleNames.Admin}";

    /// <summary>Those who give keys out.</summary>
    public const string Administering = RoleNames.Admin;
}
