using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using MySqlConnector;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;
using Ticketing.Infrastructure.Database.MariaDb;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>Batches on MariaDB: each round trip is one command with several statements.</summary>
internal sealed class MariaDbBatchDatabase(
    PooledConnections connections, Deadline deadline, IOptions<DatabaseOptions> options, TicketingMetrics metrics, DatabaseCircuitBreaker breaker, TimeProvider clock)
    : IBatchDatabase
{
    public async Task<IBatchTransaction> OpenAsync()
    {
        try
        {
            return new Transaction(await connections.OpenAsync(), connections, deadline, options.Value.LockWaitSeconds, metrics, breaker, clock);
        }
        catch
        {
            metrics.ConnectionFailed();
            throw;
        }
    }

    private sealed class Transaction(
        MySqlConnection connection, PooledConnections connections, Deadline deadline, int lockWaitTimeoutSeconds, TicketingMetrics metrics, DatabaseCircuitBreaker breaker, TimeProvider clock)
        : IBatchTransaction
    {
        /// <summary>Limits the scan, because the timestamp has no index. If the scan does not reach back to the batch, the outcome is unknown.</summary>
        private const int NewestBookings = 100_000;

        private const int RollbackTimeoutSeconds = 2;

        private bool _hasBegun;

        public async Task<BatchStart?> BeginAsync(int eventId, IReadOnlyList<string> keys, TimeSpan patience)
        {
            var seconds = Math.Clamp((int)Math.Round(patience.TotalSeconds), 0, lockWaitTimeoutSeconds); // 0: only if the row is free
            var sql = new StringBuilder(160 + (keys.Count * 6)).Append(
                CultureInfo.InvariantCulture, $"START TRANSACTION; SELECT {BatchRows.StockColumns}, {MariaDbClock.Now} FROM events WHERE id = {eventId} FOR UPDATE WAIT {seconds}");
            await using var command = connection.CreateCommand();
            if (keys.Count > 0)
            {
                sql.Append("; SELECT ").Append(BatchRows.BookingColumns).Append(" FROM bookings WHERE idempotency_key IN (");
                for (var i = 0; i < keys.Count; i++)
                {
                    sql.Append(i == 0 ? "" : ",").Append(AddKey(command, i, keys[i]));
                }

                sql.Append(')');
            }

            command.CommandText = sql.ToString();
            _hasBegun = true;
            var began = clock.GetTimestamp();
            await using var reader = await ReadAsync(command);
            metrics.QueryEnded("select", "events", clock.GetElapsedTime(began));
            connections.LastSuccess.Report();
            breaker.LastSuccess.Report();
            var found = await reader.ReadAsync();
            var stock = found ? BatchRows.StockIn(reader) : null;
            var now = found ? reader.GetDateTime(BatchRows.StockWidth) : default;
            var earlier = new Dictionary<string, Booking>(StringComparer.Ordinal);
            while (await reader.NextResultAsync())
            {
                while (await reader.ReadAsync())
                {
                    var booking = BatchRows.BookingIn(reader);
                    earlier.Add(booking.IdempotencyKey!, booking);
                }
            }

            return stock is null ? null : new(stock, now, earlier);
        }

        public async Task<IReadOnlyDictionary<int, int>> TicketsOfAsync(int eventId, IReadOnlyCollection<int> userIds)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT user_id, CAST(SUM(quantity) AS INT) FROM bookings WHERE event_id = {eventId} AND user_id IN ({string.Join(',', userIds)}) GROUP BY user_id");
            var tickets = new Dictionary<int, int>();
            await using var reader = await ReadAsync(command);
            while (await reader.ReadAsync())
            {
                tickets.Add(reader.GetInt32(0), reader.GetInt32(1));
            }

            return tickets;
        }

        public async Task<IReadOnlyList<long>> CommitAsync(int eventId, IReadOnlyList<BookTicketCommand> orders, int tickets, DateTime timestamp)
        {
            await using var command = connection.CreateCommand();
            var time = string.Create(CultureInfo.InvariantCulture, $"'{timestamp:yyyy-MM-dd HH:mm:ss.ffffff}'"); // a parameter would be expanded for each row
            var sql = new StringBuilder(256 + (orders.Count * 64))
                .Append("INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp) VALUES ");
            for (var i = 0; i < orders.Count; i++)
            {
                var order = orders[i];
                sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}({order.UserId},{eventId},{order.Quantity},")
                    .Append(order.IdempotencyKey is { } key ? AddKey(command, i, key) : "NULL")
                    .Append(',').Append(time).Append(')');
            }

            // No "AND available_tickets >= …" on the UPDATE: if it did not match, the COMMIT after it would still run. The CHECK constraint of the
            // table raises an error instead, which ends the text before its COMMIT.
            sql.Append(
                CultureInfo.InvariantCulture,
                $" RETURNING id; UPDATE events SET available_tickets = available_tickets - {tickets}, bookings = bookings + {orders.Count}, version = version + 1 WHERE id = {eventId}; COMMIT");
            command.CommandText = sql.ToString();

            var ids = new List<long>(orders.Count);
            var began = clock.GetTimestamp();
            await using (var reader = await ReadAsync(command))
            {
                metrics.QueryEnded("insert", "bookings", clock.GetElapsedTime(began));
                while (await reader.ReadAsync())
                {
                    ids.Add(reader.GetInt64(0));
                }

                // Errors of later statements appear only when their results are read.
                began = clock.GetTimestamp();
                while (await reader.NextResultAsync())
                {
                }

                metrics.QueryEnded("update", "events", clock.GetElapsedTime(began));
            }

            _hasBegun = false;

            // Ids are assigned in the order of VALUES; RETURNING does not guarantee that order.
            ids.Sort();
            return ids;
        }

        public async Task<IReadOnlyList<Booking>?> FindAsync(int eventId, DateTime timestamp)
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                $"""
                SELECT {BatchRows.BookingColumns}
                FROM (SELECT {BatchRows.BookingColumns} FROM bookings WHERE event_id = @e ORDER BY id DESC LIMIT {NewestBookings}) newest
                WHERE timestamp = @t ORDER BY id
                """;
            command.Parameters.AddWithValue("@e", eventId);
            command.Parameters.AddWithValue("@t", timestamp);
            var found = new List<Booking>();
            await using (var reader = await ReadAsync(command))
            {
                while (await reader.ReadAsync())
                {
                    found.Add(BatchRows.BookingIn(reader));
                }
            }

            return found.Count == 0 && await HasMissedAsync(eventId, timestamp) ? null : found;
        }

        /// <summary>Whether even the oldest booking of a full scan is newer than the batch.</summary>
        private async Task<bool> HasMissedAsync(int eventId, DateTime timestamp)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT timestamp FROM bookings WHERE event_id = @e ORDER BY id DESC LIMIT 1 OFFSET {NewestBookings - 1}";
            command.Parameters.AddWithValue("@e", eventId);
            await using var reader = await ReadAsync(command);
            return await reader.ReadAsync() && reader.GetDateTime(0) > timestamp;
        }

        /// <summary>A connection must not return to the pool with an open transaction: the next START TRANSACTION would commit it.</summary>
        public async ValueTask DisposeAsync()
        {
            try
            {
                if (_hasBegun && connection.State == System.Data.ConnectionState.Open)
                {
                    await using var rollback = new MySqlCommand(Deadline.Rollback, connection) { CommandTimeout = RollbackTimeoutSeconds };
                    await rollback.ExecuteNonQueryAsync(CancellationToken.None);
                }
            }
            catch (Exception exception) when (MariaDbErrors.Classify(exception) != DatabaseFault.None)
            {
                await connections.DiscardAsync(exception);
                metrics.ConnectionFailed();
            }
            finally
            {
                await connection.DisposeAsync();
            }
        }

        private async Task<MySqlDataReader> ReadAsync(MySqlCommand command)
        {
            deadline.Limit(command);
            try
            {
                return await command.ExecuteReaderAsync(CancellationToken.None);
            }
            catch (Exception exception)
            {
                await connections.AfterAsync(exception);
                throw;
            }
        }

        private static string AddKey(MySqlCommand command, int index, string key)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"@k{index}");
            command.Parameters.AddWithValue(name, key);
            return name;
        }
    }
}
