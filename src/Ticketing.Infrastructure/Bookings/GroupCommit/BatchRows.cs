using System.Data.Common;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>The rows that a batch reads, on either database.</summary>
internal static class BatchRows
{
    public const string StockColumns =
        "total_tickets, available_tickets, held_tickets, bookings, version, state, max_per_user, sale_starts_at, sale_ends_at, consumer";

    /// <summary>The number of <see cref="StockColumns"/>.</summary>
    public const int StockWidth = 10;

    public const string BookingColumns = "id, user_id, event_id, quantity, idempotency_key, timestamp, hold_seconds, status, expires_at, changed_at";

    /// <summary>The stock in a row that begins with <see cref="StockColumns"/>.</summary>
    public static Stock StockIn(DbDataReader row) => new(
        row.GetInt32(0),
        row.GetInt32(1),
        row.GetInt32(2),
        row.IsDBNull(3) ? null : row.GetInt32(3),
        row.GetInt64(4),
        new(SaleStateNames.Parse(row.GetString(5)), row.IsDBNull(6) ? null : row.GetInt32(6), TimeIn(row, 7), TimeIn(row, 8)));

    /// <summary>The number of the consumer in such a row.</summary>
    public static long ConsumerIn(DbDataReader row) => row.GetInt64(StockWidth - 1);

    /// <summary>The booking in a row of <see cref="BookingColumns"/>.</summary>
    public static Booking BookingIn(DbDataReader row) => Booking.Stored(
        row.GetInt64(0),
        row.GetInt32(1),
        row.GetInt32(2),
        row.GetInt32(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        DateTime.SpecifyKind(row.GetDateTime(5), DateTimeKind.Utc),
        row.IsDBNull(6) ? null : row.GetInt32(6),
        BookingStatusNames.Parse(row.GetString(7)),
        TimeIn(row, 8),
        TimeIn(row, 9));

    private static DateTime? TimeIn(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc);
}
