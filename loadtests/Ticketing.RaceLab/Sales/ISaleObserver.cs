using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.Sales;

/// <summary>Watches a system from beside while it sells.</summary>
public interface ISaleObserver
{
    /// <summary>The system is warm, and the load is about to begin.</summary>
    Task BeginAsync(SystemUnderTest system);

    /// <summary>The load is over, and the system still runs.</summary>
    Task EndAsync();
}
