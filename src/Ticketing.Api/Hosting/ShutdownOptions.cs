using System.ComponentModel.DataAnnotations;

namespace Ticketing.Api.Hosting;

/// <summary>The section <c>Shutdown</c> of the configuration.</summary>
public sealed class ShutdownOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Shutdown";

    /// <summary>In a container somebody routes requests to us, and needs time to notice; on a terminal Ctrl-C must end at once.</summary>
    private static readonly int _defaultDrain = Container.IsAround ? 5 : 0;

    /// <summary>
    /// How long to go on serving after the order to stop, in seconds, 0 to 300: so long it takes whoever sends requests here to learn that he
    /// should not. 5 in a container, else 0.
    /// </summary>
    [Range(0, 300)]
    public int DrainSeconds { get; set; } = _defaultDrain;

    /// <summary>How long requests that are under way may take after that, in seconds, 1 to 300. Longer than a batch may take.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 30;
}
