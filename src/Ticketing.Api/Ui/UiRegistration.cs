using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Ui;

/// <summary>Serves the page in <c>wwwroot</c>, which lies beside the program.</summary>
internal static class UiRegistration
{
    /// <summary>Allows only our own files: no inline script or style, nothing from another site, and no framing.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly StaticFileOptions _files = new()
    {
        FileProvider = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "wwwroot")),
        OnPrepareResponse = context => SetHeaders(context.Context.Response.Headers),
    };

    public static void AddUi(this IServiceCollection services) => services.AddValidatedOptions<UiOptions>(UiOptions.Section);

    public static void UseUi(this IApplicationBuilder app) => app.UseStaticFiles(_files);

    public static void MapUi(this IEndpointRouteBuilder app)
    {
        app.MapFallbackToFile("/", "index.html", _files).AllowAnonymous();
        app.MapGet("/ui-config.json", (IOptions<UiOptions> options, HttpResponse response) =>
        {
            SetHeaders(response.Headers);
            return UiConfig.From(options.Value);
        }).ExcludeFromDescription().AllowAnonymous();
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // File names do not change with the content, so browsers revalidate each time; the ETag makes that cheap.
        headers.CacheControl = "no-cache";
    }
}
