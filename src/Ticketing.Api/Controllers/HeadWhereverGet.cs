using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace Ticketing.Api.Controllers;

/// <summary>Routes HEAD to every action for GET; the server leaves the body out. Routing by itself would answer 405.</summary>
internal sealed class HeadWhereverGet : IActionModelConvention
{
    public void Apply(ActionModel action)
    {
        foreach (var selector in action.Selectors)
        {
            var methods = selector.EndpointMetadata.OfType<HttpMethodMetadata>().SingleOrDefault();
            if (methods is not null && methods.HttpMethods.Contains(HttpMethods.Get) && !methods.HttpMethods.Contains(HttpMethods.Head))
            {
                selector.EndpointMetadata.Remove(methods);
                selector.EndpointMetadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head]));
            }
        }
    }
}
