using System.Globalization;
using MySqlConnector;

namespace Ticketing.Baseline;

/// <summary>A transaction per buyer: lock the row, check, update, insert, commit. No retry: the row lock orders the buyers.</summary>
internal sealed class ForUpdateByHand(MySqlDataSource database)
{
    /// <returns>The booking's id, or null when too few tickets are left.</returns>
    public async Task<long?> BookAsync(Order order)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture, $"START TRANSACTION; SELECT available_tickets FROM events WHERE id = {order.EventId} FOR UPDATE");
        if (Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) < order.Quantity)
        {
            command.CommandText = "ROLLBACK";
            await command.ExecuteNonQueryAsync();
            return null;
        }

        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO bookings (user_id, event_id, quantity, timestamp) VALUES ({order.UserId}, {order.EventId}, {order.Quantity}, UTC_TIMESTAMP(6)) RETURNING id;
            UPDATE events SET available_tickets = available_tickets - {order.Quantity}, bookings = bookings + 1, version = version + 1 WHERE id = {order.EventId};
            COMMIT
            """);
        return await ReadAllAsync(command) is [var id] ? id : throw new InvalidOperationException("The booking was not stored.");
    }

    /// <summary>Reads to the last result: only there do the errors of later statements appear.</summary>
    internal static async Task<List<long>> ReadAllAsync(MySqlCommand command)
    {
        var ids = new List<long>();
        await using var reader = await command.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
            {
                ids.Add(reader.GetInt64(0));
            }
        }
        while (await reader.NextResultAsync());
        return ids;
    }
}
