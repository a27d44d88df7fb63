using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Ticketing.Infrastructure;

namespace Ticketing.Api.Page;

/// <summary>Serves the page in <c>wwwroot</c>, which lies beside the program.</summary>
/// <remarks>The files come after the routing, so that a request of the API passes them by with a single comparison.</remarks>
internal static class PageSetup
{
    /// <summary>Only our own files: no inline script or style, nothing from another site, and no foreign page around ours.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void AddPage(this IServiceCollection services) => services.AddValidatedOptions<UiOptions>(UiOptions.Section);

    public static void UsePage(this WebApplication app)
    {
        var files = new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "wwwroot")),
            OnPrepareResponse = context => SetHeaders(context.Context.Response.Headers),
        };
        app.UseStaticFiles(files);
        app.MapFallbackToFile("/", "index.html", files);
        app.MapGet("/ui-config.json", (IOptions<UiOptions> options, HttpResponse response) =>
        {
            SetHeaders(response.Headers);
            return UiConfig.From(options.Value);
        }).ExcludeFromDescription();
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // The names of the files do not change with their content: ask each time, which their ETag makes cheap.
        headers.CacheControl = "no-cache";
    }
}
