namespace Ticketing.Application.Common;

/// <summary>A query that asks for one page.</summary>
public abstract record PagedQuery
{
    /// <summary>The most rows that a page can have.</summary>
    public const int MaxPageSize = 100;

    /// <summary>The page's number, from 1.</summary>
    /// <example>1</example>
    public int Page { get; init; } = 1;

    /// <summary>How many rows a full page has, 1 to 100.</summary>
    /// <example>20</example>
    public int PageSize { get; init; } = 20;
}
