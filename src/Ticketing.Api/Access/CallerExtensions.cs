using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Access;

namespace Ticketing.Api.Access;

/// <summary>Who sends a request.</summary>
internal static class CallerExtensions
{
    /// <summary>The caller; null where nobody is asked.</summary>
    public static Caller? Caller(this ControllerBase controller) =>
        (controller.User.Identity as CallerIdentity)?.Caller;

    /// <summary>The caller, and the request.</summary>
    public static Actor Actor(this ControllerBase controller) => new(controller.Caller(), ProblemWriter.TraceIdOf(controller.HttpContext));

    /// <summary>What a buyer is answered who names another user.</summary>
    /// <returns>Null if this caller may name that user, or nobody.</returns>
    public static IActionResult? RefuseOtherUser(this ControllerBase controller, Caller? caller, int? userId) =>
        caller?.OnlyUser is { } only && userId is { } named && named != only
            ? ProblemWriter.Result(controller.HttpContext, ProblemKind.Forbidden, $"The token is of user {only}, who cannot act for another one.")
            : null;
}
