using System.Globalization;
using FluentValidation;

namespace Ticketing.Application.Common;

/// <summary>Rules that several validators share, with the same messages.</summary>
internal static class Rules
{
    private static readonly CultureInfo _numbers = CultureInfo.InvariantCulture;

    /// <summary>A user's or an event's id: 1 to 2,147,483,647.</summary>
    public static IRuleBuilderOptions<T, int> IsId<T>(this IRuleBuilder<T, int> rule) => rule.IsBetween(1, int.MaxValue);

    /// <inheritdoc cref="IsId{T}(IRuleBuilder{T, int})"/>
    public static IRuleBuilderOptions<T, int?> IsId<T>(this IRuleBuilder<T, int?> rule) =>
        rule.InclusiveBetween(1, int.MaxValue).WithMessage(Range(1, int.MaxValue));

    /// <summary>A booking's id: 1 to 9,223,372,036,854,775,807.</summary>
    public static IRuleBuilderOptions<T, long?> IsId<T>(this IRuleBuilder<T, long?> rule) =>
        rule.InclusiveBetween(1, long.MaxValue).WithMessage(Range(1, long.MaxValue));

    /// <summary>A whole number between two limits, inclusive.</summary>
    public static IRuleBuilderOptions<T, int> IsBetween<T>(this IRuleBuilder<T, int> rule, int from, int to) =>
        rule.InclusiveBetween(from, to).WithMessage(Range(from, to));

    /// <inheritdoc cref="IsBetween{T}(IRuleBuilder{T, int}, int, int)"/>
    public static IRuleBuilderOptions<T, int?> IsBetween<T>(this IRuleBuilder<T, int?> rule, int from, int to) =>
        rule.InclusiveBetween(from, to).WithMessage(Range(from, to));

    /// <summary>A time that a database can store, with room for calculations.</summary>
    public static IRuleBuilderOptions<T, DateTimeOffset?> IsStorable<T>(this IRuleBuilder<T, DateTimeOffset?> rule) =>
        rule.Must(time => time is null || time.Value.UtcDateTime.Year is >= 2000 and <= 9000).WithMessage("Must be a time from the year 2000 to 9000.");

    /// <summary>Page number and page size.</summary>
    public static void IsPaged<T>(this AbstractValidator<T> validator)
        where T : PagedQuery
    {
        validator.RuleFor(query => query.Page).IsBetween(1, int.MaxValue);
        validator.RuleFor(query => query.PageSize).IsBetween(1, PagedQuery.MaxPageSize);
    }

    private static string Range(long from, long to) =>
        string.Create(_numbers, $"Must be a whole number from {from:N0} to {to:N0}.");
}
