using System.ComponentModel.DataAnnotations;

namespace Ticketing.Api.Ui;

/// <summary>The section <c>Ui</c> of the configuration: the addresses of the page's links.</summary>
public sealed class UiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ui";

    /// <summary>The address of Grafana for a browser, absolute, http or https; null for no link.</summary>
    [HttpAddress]
    public string? GrafanaUrl { get; set; }

    /// <summary>The address of Prometheus for a browser, absolute, http or https; null for no link.</summary>
    [HttpAddress]
    public string? PrometheusUrl { get; set; }
}

/// <summary>Checks that a text is an absolute http or https address. A blank text counts as none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HttpAddressAttribute() : ValidationAttribute("Must be an absolute address, such as http://localhost:3000.")
{
    public override bool IsValid(object? value) =>
        value is not string text
        || string.IsNullOrWhiteSpace(text)
        || (Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps));
}

/// <summary>The page's configuration, served as <c>ui-config.json</c> beside its files. Other web servers serve such a file.</summary>
/// <param name="ApiBase">The prefix of every path of the API; empty if the API serves the page.</param>
/// <param name="GrafanaUrl">Null for no link.</param>
/// <param name="PrometheusUrl">Null for no link.</param>
internal sealed record UiConfig(string ApiBase, string? GrafanaUrl, string? PrometheusUrl)
{
    public static UiConfig From(UiOptions options) => new("", NullIfBlank(options.GrafanaUrl), NullIfBlank(options.PrometheusUrl));

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
