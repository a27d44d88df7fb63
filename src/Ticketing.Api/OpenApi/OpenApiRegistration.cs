using Microsoft.OpenApi;
using Ticketing.Application.Common;

namespace Ticketing.Api.OpenApi;

/// <summary>The OpenAPI document at <c>/openapi.json</c>, generated from the code and its comments, and Swagger UI.</summary>
internal static class OpenApiRegistration
{
    /// <summary>The document's name is its file name.</summary>
    private const string Document = "openapi";

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc(Document, new OpenApiInfo
            {
                Title = "Ticketing",
                Version = "1",
                Description = "Sells concert tickets under contention, with a strategy of your choice. Every error is a problem document (RFC 9457).",
                License = new OpenApiLicense { Name = "MIT" },
            });
            swagger.AddServer(new OpenApiServer { Url = "." }); // where the document is

            swagger.IncludeXmlComments(typeof(Program).Assembly, includeControllerXmlComments: true);
            swagger.IncludeXmlComments(typeof(PagedQuery).Assembly);

            swagger.SupportNonNullableReferenceTypes();
            swagger.UseAllOfToExtendReferenceSchemas(); // where a strategy stands, it has a description and a default
            swagger.SchemaFilter<NamesSchema>();
            swagger.SchemaFilter<FieldRules>();
            swagger.ParameterFilter<FieldRules>();
            swagger.RequestBodyFilter<FieldRules>();
            swagger.OperationFilter<IdempotencyKeyHeader>();
            swagger.OperationFilter<ProblemResponses>();
            swagger.DocumentFilter<ProblemResponses>();
        });
    }

    public static void UseOpenApiDocument(this IApplicationBuilder app)
    {
        // Only at its own address: the middleware would answer for every .json file at the root.
        app.UseWhen(
            context => context.Request.Path == $"/{Document}.json",
            branch => branch.UseSwagger(swagger => swagger.RouteTemplate = "/{documentName}.json"));
        foreach (var address in (string[])["docs", "swagger"])
        {
            app.UseSwaggerUI(ui =>
            {
                ui.RoutePrefix = address;
                ui.SwaggerEndpoint($"../{Document}.json", "Ticketing"); // relative to the page, for proxies with a path prefix
                ui.DocumentTitle = "Ticketing";
            });
        }
    }
}
