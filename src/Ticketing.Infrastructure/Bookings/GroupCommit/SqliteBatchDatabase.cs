using Microsoft.Data.Sqlite;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.Sqlite;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>Batches on SQLite. Round trips cost nothing within the process, so the statements are separate, and each is prepared once.</summary>
internal sealed class SqliteBatchDatabase(DatabaseTarget target, SqliteWriteGate gate, TicketingMetrics metrics, TimeProvider clock) : IBatchDatabase
{
    public async Task<IBatchTransaction> OpenAsync()
    {
        var connection = new SqliteConnection(target.ConnectionString);
        try
        {
            await gate.EnterAsync(connection, CancellationToken.None);
            var began = clock.GetTimestamp();
            await connection.OpenAsync();
            SqliteDurability.Apply(connection);
            metrics.ConnectionMade(clock.GetElapsedTime(began));
            return new Transaction(connection, metrics, clock);
        }
        catch
        {
            metrics.ConnectionFailed();
            gate.Leave(connection);
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Transaction(SqliteConnection connection, TicketingMetrics metrics, TimeProvider clock) : IBatchTransaction
    {
        private SqliteTransaction? _transaction;

        public async Task<BatchStart?> BeginAsync(int eventId, IReadOnlyList<string> keys, TimeSpan patience)
        {
            // IMMEDIATE: it holds the only write lock, which covers the event's row.
            connection.DefaultTimeout = Math.Clamp((int)Math.Ceiling(patience.TotalSeconds), 1, connection.DefaultTimeout); // another process may be writing
            _transaction = connection.BeginTransaction(deferred: false);
            var began = clock.GetTimestamp();
            if (await StockOfAsync(eventId) is not { } stock)
            {
                return null;
            }

            metrics.QueryEnded("select", "events", clock.GetElapsedTime(began));

            var earlier = new Dictionary<string, Booking>(StringComparer.Ordinal);
            if (keys.Count > 0)
            {
                await using var find = Command($"SELECT {BatchRows.BookingColumns} FROM bookings WHERE idempotency_key = @k", ("@k", ""));
                foreach (var key in keys)
                {
                    find.Parameters["@k"].Value = key;
                    await using var reader = await find.ExecuteReaderAsync();
                    if (await reader.ReadAsync())
                    {
                        earlier.Add(key, BatchRows.BookingIn(reader));
                    }
                }
            }

            return new(stock, clock.GetUtcNow().UtcDateTime, earlier);
        }

        public async Task<IReadOnlyDictionary<int, int>> TicketsOfAsync(int eventId, IReadOnlyCollection<int> userIds)
        {
            await using var sum = Command("SELECT COALESCE(SUM(quantity), 0) FROM bookings WHERE event_id = @e AND user_id = @u", ("@e", eventId), ("@u", 0));
            var tickets = new Dictionary<int, int>();
            foreach (var user in userIds)
            {
                sum.Parameters["@u"].Value = user;
                tickets.Add(user, (int)(long)(await sum.ExecuteScalarAsync())!);
            }

            return tickets;
        }

        public async Task<IReadOnlyList<long>> CommitAsync(int eventId, IReadOnlyList<BookTicketCommand> orders, int tickets, DateTime timestamp)
        {
            await using var insert = Command(
                """
                INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp) VALUES (@u, @e, @q, @k, @t) RETURNING id
                """,
                ("@u", 0), ("@e", eventId), ("@q", 0), ("@k", DBNull.Value), ("@t", timestamp));
            var ids = new List<long>(orders.Count);
            var began = clock.GetTimestamp();
            foreach (var order in orders)
            {
                insert.Parameters["@u"].Value = order.UserId;
                insert.Parameters["@q"].Value = order.Quantity;
                insert.Parameters["@k"].Value = (object?)order.IdempotencyKey ?? DBNull.Value;
                ids.Add((long)(await insert.ExecuteScalarAsync())!);
            }

            metrics.QueryEnded("insert", "bookings", clock.GetElapsedTime(began));

            began = clock.GetTimestamp();
            await using var take = Command(
                "UPDATE events SET available_tickets = available_tickets - @n, bookings = bookings + @b, version = version + 1 WHERE id = @e",
                ("@n", tickets), ("@b", orders.Count), ("@e", eventId));
            await take.ExecuteNonQueryAsync();
            await _transaction!.CommitAsync();
            metrics.QueryEnded("update", "events", clock.GetElapsedTime(began));
            return ids;
        }

        public async Task<IReadOnlyList<Booking>?> FindAsync(int eventId, DateTime timestamp)
        {
            await using var find = Command(
                $"SELECT {BatchRows.BookingColumns} FROM bookings WHERE event_id = @e AND timestamp = @t ORDER BY id",
                ("@e", eventId), ("@t", timestamp));
            var found = new List<Booking>();
            await using var reader = await find.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                found.Add(BatchRows.BookingIn(reader));
            }

            return found;
        }

        public async ValueTask DisposeAsync()
        {
            if (_transaction is not null)
            {
                await _transaction.DisposeAsync(); // rolls back what was not committed
            }

            await connection.DisposeAsync();
        }

        private async Task<Stock?> StockOfAsync(int eventId)
        {
            await using var find = Command($"SELECT {BatchRows.StockColumns} FROM events WHERE id = @e", ("@e", eventId));
            await using var reader = await find.ExecuteReaderAsync();
            return await reader.ReadAsync() ? BatchRows.StockIn(reader) : null;
        }

        private SqliteCommand Command(string sql, params (string Name, object Value)[] parameters)
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            command.Transaction = _transaction;
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value);
            }

            return command;
        }
    }
}
