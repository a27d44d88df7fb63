using System.Globalization;
using MySqlConnector;

namespace Ticketing.Baseline;

/// <summary>The product's two tables: the same columns, keys and indexes, so that a row costs the same.</summary>
internal static class Tables
{
    private const string Create =
        """
        CREATE TABLE IF NOT EXISTS events (
            id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(200) NOT NULL, total_tickets int NOT NULL, available_tickets int NOT NULL,
            strategy varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, version int NOT NULL, bookings int NOT NULL DEFAULT 0, created_at datetime(6) NOT NULL,
            CONSTRAINT ck_events_not_oversold CHECK (available_tickets >= 0 OR strategy = 'naive')) CHARACTER SET utf8mb4;
        CREATE TABLE IF NOT EXISTS bookings (
            id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id int NOT NULL, event_id int NOT NULL, quantity int NOT NULL,
            idempotency_key varchar(255) CHARACTER SET ascii COLLATE ascii_bin NULL, timestamp datetime(6) NOT NULL,
            CONSTRAINT FK_bookings_events_event_id FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE RESTRICT,
            KEY ix_bookings_event (event_id, id, quantity), KEY ix_bookings_user (user_id, id), UNIQUE KEY ux_bookings_idempotency_key (idempotency_key)) CHARACTER SET utf8mb4;
        """;

    public static async Task CreateAsync(MySqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new MySqlCommand(Create, connection);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<int> AddEventAsync(MySqlDataSource database, Setup setup)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new MySqlCommand(
            "INSERT INTO events (name, total_tickets, available_tickets, strategy, version, created_at) VALUES (@n, @t, @t, @s, 0, UTC_TIMESTAMP(6)) RETURNING id",
            connection);
        command.Parameters.AddWithValue("@n", setup.EventName);
        command.Parameters.AddWithValue("@t", setup.TotalTickets);
        command.Parameters.AddWithValue("@s", setup.Strategy);
        return Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
