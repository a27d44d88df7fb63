namespace Ticketing.Application.Common;

/// <summary>Whether the database can be used.</summary>
public interface IDatabaseHealth
{
    /// <summary>Whether it can be reached, as of the last second. However many ask, the database is asked at most once a second.</summary>
    Task<bool> IsReachableAsync();
}
