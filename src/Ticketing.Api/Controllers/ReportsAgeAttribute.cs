using System.Globalization;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Net.Http.Headers;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Controllers;

/// <summary>
/// Adds the age of a response: <c>Age</c> in seconds, and <c>Warning: 110</c> if it is stale because the database is unavailable.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReportsAgeAttribute : Attribute, IAsyncActionFilter
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
