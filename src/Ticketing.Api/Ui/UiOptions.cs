using System.ComponentModel.DataAnnotations;

namespace Ticketing.Api.Ui;

/// <summary>The section <c>Ui</c> of the configuration: where the page's links lead.</summary>
public sealed class UiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ui";

    /// <summary>Where a browser finds Grafana, an absolute address of http or https; null for no link.</summary>
    [HttpAddress]
    public string? GrafanaUrl { get; set; }

    /// <summary>Where a browser finds Prometheus, an absolute address of http or https; null for no link.</summary>
    [HttpAddress]
    public string? PrometheusUrl { get; set; }
}

/// <summary>Checks that a text is an absolute address of http or https. A blank one counts as left out.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HttpAddressAttribute() : ValidationAttribute("Must be an absolute address, such as http://localhost:3000.")
{
    public override bool IsValid(object? value) =>
        value is not string text
        || string.IsNullOrWhiteSpace(text)
        || (Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps));
}

/// <summary>What the page asks for first, as <c>ui-config.json</c> beside its files. Other web servers serve a file of this shape.</summary>
/// <param name="ApiBase">What goes before every path of the API; empty where the API itself serves the page.</param>
/// <param name="GrafanaUrl">Null for no link.</param>
/// <param name="PrometheusUrl">Null for no link.</param>
internal sealed record UiConfig(string ApiBase, string? GrafanaUrl, string? PrometheusUrl)
{
    public static UiConfig From(UiOptions options) => new("", NullIfBlank(options.GrafanaUrl), NullIfBlank(options.PrometheusUrl));

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
