using System.ComponentModel.DataAnnotations;

namespace Ticketing.Infrastructure.Reads;

/// <summary>The section <c>Cache</c> of the configuration: how old an answer may be, in seconds. 0 asks the database every time.</summary>
/// <remarks>
/// With Redis an answer may spend half of that time there, and then the other half in the memory of a replica. What this replica itself has
/// booked or set up shows at once, whatever the cache holds.
/// </remarks>
public sealed class CacheOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Cache";

    /// <summary><c>/status</c>, 0 to 5.</summary>
    [Range(0, 5)]
    public double StatusSeconds { get; set; } = 4;

    /// <summary><c>/events</c>, 0 to 5.</summary>
    [Range(0, 5)]
    public double EventsSeconds { get; set; } = 4;

    /// <summary><c>/stats</c>, 0 to 60.</summary>
    [Range(0, 60)]
    public double StatsSeconds { get; set; } = 30;

    /// <summary><c>/history</c>, 0 to 300.</summary>
    [Range(0, 300)]
    public double HistorySeconds { get; set; } = 10;
}
