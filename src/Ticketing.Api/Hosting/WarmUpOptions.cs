using System.ComponentModel.DataAnnotations;

namespace Ticketing.Api.Hosting;

/// <summary>The section <c>WarmUp</c> of the configuration.</summary>
public sealed class WarmUpOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "WarmUp";

    private static readonly double _default = Container.IsAround ? 5 : 1;

    /// <summary>For how long the program sends requests to itself before it says that it is ready, in seconds, 0 to 60.</summary>
    [Range(0, 60)]
    public double Seconds { get; set; } = _default;
}
