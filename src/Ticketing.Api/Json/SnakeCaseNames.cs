using System.Text.Json;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using Ticketing.Application.Common;

namespace Ticketing.Api.Json;

/// <summary>Query parameters are snake_case, as the JSON is: <c>PageSize</c> is bound from <c>page_size</c>.</summary>
internal sealed class SnakeCaseNames : IBindingMetadataProvider
{
    public void CreateBindingMetadata(BindingMetadataProviderContext context)
    {
        if (context.Key.MetadataKind == ModelMetadataKind.Property
            && context.Key.ContainerType?.Assembly == typeof(PagedQuery).Assembly
            && context.BindingMetadata.BinderModelName is null)
        {
            context.BindingMetadata.BinderModelName = JsonNamingPolicy.SnakeCaseLower.ConvertName(context.Key.Name!);
        }
    }
}
