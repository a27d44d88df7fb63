using Microsoft.AspNetCore.Mvc.Filters;
using Ticketing.Api.Problems;

namespace Ticketing.Api.Lab;

/// <summary>Marks what is for learning. Where the lab is closed, it is refused before anything of the request is read.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NeedsLabAttribute : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (!context.HttpContext.RequestServices.GetRequiredService<LabAccess>().IsOpenTo(context.HttpContext))
        {
            context.Result = ProblemWriter.Result(context.HttpContext, ProblemKind.LabClosed);
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
        // Nothing is left to do.
    }
}
