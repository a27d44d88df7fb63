namespace Ticketing.Api.Hosting;

/// <summary>The section <c>Metrics</c> of the configuration.</summary>
public sealed class MetricsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Metrics";

    /// <summary>Whether to measure, and to serve <c>/metrics</c>.</summary>
    public bool Enabled { get; set; } = true;
}
