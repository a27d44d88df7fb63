using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Ticketing.Infrastructure.Persistence;

/// <summary>Databases forget that a time was UTC; this puts it back, so that JSON shows the <c>Z</c>.</summary>
internal sealed class UtcDateTimeConverter() : ValueConverter<DateTime, DateTime>(
    value => value,
    value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
