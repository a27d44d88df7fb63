using Microsoft.AspNetCore.Mvc.Filters;
using Ticketing.Api.Problems;
using Ticketing.Infrastructure.Persistence;

namespace Ticketing.Api.Controllers;

/// <summary>Says at once that the database is gone while it is known to be, rather than have everybody wait for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsDatabaseAttribute : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (context.HttpContext.RequestServices.GetRequiredService<DatabaseHealth>().IsGone)
        {
            context.Result = ProblemWriter.Result(context.HttpContext, ProblemKind.DatabaseUnavailable);
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
