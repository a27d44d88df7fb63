using System.Data.Common;
using System.Globalization;

namespace Ticketing.RaceLab.Verification;

/// <summary>Reads the rows of the database: exact, and not through a cache of the API.</summary>
public sealed class DatabaseLedger(Func<DbConnection> connect) : ILedger
{
    public TimeSpan Staleness => TimeSpan.Zero;

    public async Task<StoredEvent> ReadEventAsync(int eventId, CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT id, total_tickets, available_tickets, COALESCE(bookings, -1), held_tickets FROM events WHERE id = {eventId}");
        var rows = await ReadAsync(sql, row => new StoredEvent(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt64(3), row.GetInt32(4)), cancellationToken);
        return rows is [var found] ? found : throw new LabException($"Event {eventId} is not in the database.");
    }

    public async Task<IReadOnlyList<StoredBooking>> ReadBookingsAsync(int eventId, CancellationToken cancellationToken)
    {
        var sql = string.Create(
            CultureInfo.InvariantCulture, $"SELECT id, event_id, user_id, quantity, timestamp, status FROM bookings WHERE event_id = {eventId} ORDER BY id");
        return await ReadAsync(
            sql,
            row => new StoredBooking(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), DateTime.SpecifyKind(row.GetDateTime(4), DateTimeKind.Utc), row.GetString(5)),
            cancellationToken);
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> map, CancellationToken cancellationToken)
    {
        await using var connection = connect();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text consists of constants and numbers.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }

        return rows;
    }
}
