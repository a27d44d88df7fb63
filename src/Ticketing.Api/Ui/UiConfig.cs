namespace Ticketing.Api.Ui;

/// <summary>What the page asks for first, as <c>ui-config.json</c> beside its files. Other web servers serve a file of this shape.</summary>
/// <param name="ApiBase">What goes before every path of the API; empty where the API itself serves the page.</param>
/// <param name="GrafanaUrl">Null for no link.</param>
/// <param name="PrometheusUrl">Null for no link.</param>
internal sealed record UiConfig(string ApiBase, string? GrafanaUrl, string? PrometheusUrl)
{
    public static UiConfig From(UiOptions options) => new("", NullIfBlank(options.GrafanaUrl), NullIfBlank(options.PrometheusUrl));

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
