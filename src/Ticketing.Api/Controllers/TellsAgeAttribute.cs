using System.Globalization;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Net.Http.Headers;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Controllers;

/// <summary>
/// Tells how old an answer is: <c>Age</c> in seconds, and <c>Warning: 110</c> where it is older than it should be because the database is away.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TellsAgeAttribute : Attribute, IAsyncActionFilter
{
    public async Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
    {
        var freshness = ReadFreshness.Begin();
        await next();

        var headers = context.HttpContext.Response.Headers;
        headers.Age = ((long)Math.Max(0, freshness.Age.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (freshness.IsStale)
        {
            headers[HeaderNames.Warning] = "110 - \"Response is Stale\"";
        }
    }
}
