namespace Ticketing.Application.Common;

/// <summary>One page of a longer list.</summary>
/// <typeparam name="T">The type of a row.</typeparam>
/// <param name="Items">The rows of this page; empty past the end.</param>
/// <param name="Page">The page number, from 1.</param>
/// <param name="PageSize">Rows per page.</param>
/// <param name="Total">Number of rows on all pages.</param>
public sealed record PagedResult<T>(IReadOnlyList<T> Items, int Page, int PageSize, long Total);

/// <summary>Reads pages.</summary>
internal static class PagedResult
{
    /// <summary>Counts, and reads the page unless it is past the end: a database reads all rows that it skips.</summary>
    public static async Task<PagedResult<T>> ReadAsync<T>(
        PagedQuery query,
        Func<Task<long>> count,
        Func<int, int, Task<IReadOnlyList<T>>> read)
    {
        var total = await count();
        var offset = (query.Page - 1L) * query.PageSize;
        var items = offset < total ? await read(checked((int)offset), query.PageSize) : [];
        return new PagedResult<T>(items, query.Page, query.PageSize, total);
    }
}

/// <summary>A query that asks for one page.</summary>
public abstract record PagedQuery
{
    /// <summary>Maximum number of rows per page.</summary>
    public const int MaxPageSize = 100;

    /// <summary>The page number, from 1.</summary>
    /// <example>1</example>
    public int Page { get; init; } = 1;

    /// <summary>Rows per page, 1 to 100.</summary>
    /// <example>20</example>
    public int PageSize { get; init; } = 20;
}
