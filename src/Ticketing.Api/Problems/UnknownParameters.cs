using System.Collections.Concurrent;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Ticketing.Api.Problems;

/// <summary>Refuses parameters that an action does not have: a misspelt one would be ignored, and the answer would be to another question.</summary>
internal static class UnknownParameters
{
    public static void UseRefusalOfUnknownParameters(this WebApplication app)
    {
        var models = app.Services.GetRequiredService<IModelMetadataProvider>();
        var known = new ConcurrentDictionary<ActionDescriptor, HashSet<string>>();
        app.Use((context, next) =>
            context.Request.QueryString.HasValue
            && context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is { } action
            && FindUnknown(context.Request.Query, known.GetOrAdd(action, ParametersOf)) is { Count: > 0 } unknown
                ? RefuseAsync(context, unknown)
                : next(context));

        HashSet<string> ParametersOf(ActionDescriptor action) =>
            new(action.Parameters.Where(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query).SelectMany(NamesOf), StringComparer.OrdinalIgnoreCase);

        // All of them are queries, whose properties are the parameters.
        IEnumerable<string> NamesOf(ParameterDescriptor parameter) =>
            models.GetMetadataForType(parameter.ParameterType).Properties.Select(property => property.BinderModelName ?? property.Name!);
    }

    private static Dictionary<string, string[]> FindUnknown(IQueryCollection query, HashSet<string> known) =>
        query.Keys.Where(name => !known.Contains(name)).ToDictionary(name => name, _ => new[]
        {
            known.Count == 0 ? "Is unknown: this address has no parameters." : $"Is unknown: the parameters of this address are {string.Join(", ", known.Order())}.",
        });

    private static Task RefuseAsync(HttpContext context, Dictionary<string, string[]> errors) => ValidationProblem.WriteAsync(context, errors);
}
