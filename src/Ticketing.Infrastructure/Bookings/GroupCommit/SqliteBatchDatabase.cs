using Microsoft.Data.Sqlite;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.Sqlite;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>Batches on SQLite. Round trips cost nothing within the process, so the statements are separate, and each is prepared once.</summary>
internal sealed class SqliteBatchDatabase(DatabaseTarget target, SqliteWriteGate gate, SqliteClock databaseClock, TicketingMetrics metrics, TimeProvider clock) : IBatchDatabase
{
    public bool CanShareTransactions => false;

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
            return new Transaction(connection, databaseClock, metrics, clock);
        }
        catch
        {
            metrics.ConnectionFailed();
            gate.Leave(connection);
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Transaction(SqliteConnection connection, SqliteClock databaseClock, TicketingMetrics metrics, TimeProvider clock) : IBatchTransaction
    {
        private SqliteTransaction? _transaction;

        public async Task<BatchStart?> LockAsync(int eventId, BatchReads reads, TimeSpan patience)
        {
            // IMMEDIATE: it holds the only write lock, which covers the event's row.
            connection.DefaultTimeout = Math.Clamp((int)Math.Ceiling(patience.TotalSeconds), 1, connection.DefaultTimeout); // another process may be writing
            _transaction ??= connection.BeginTransaction(deferred: false);
            var began = clock.GetTimestamp();
            if (await StockOfAsync(eventId) is not var (stock, consumer))
            {
                return null;
            }

            metrics.QueryEnded("select", "events", clock.GetElapsedTime(began));
            var now = databaseClock.Now;
            var bookings = new Dictionary<long, Booking>();
            await AddBookingsAsync(bookings, "idempotency_key = @x", reads.Keys, eventId, now);
            await AddBookingsAsync(bookings, "id = @x", reads.Ids, eventId, now);
            await AddBookingsAsync<int>(bookings, "expires_at <= @now AND event_id = @e ORDER BY expires_at LIMIT @x", reads.MaxDue > 0 ? [reads.MaxDue] : [], eventId, now);
            var owned = new Dictionary<int, int>();
            await using var sum = Command(
                "SELECT COALESCE(SUM(quantity), 0) FROM bookings WHERE event_id = @e AND user_id = @u AND status IN ('held', 'confirmed')", ("@e", eventId), ("@u", 0));
            foreach (var user in reads.Users)
            {
                sum.Parameters["@u"].Value = user;
                owned.Add(user, (int)(long)(await sum.ExecuteScalarAsync())!);
            }

            return new(stock, now, bookings, owned, consumer);
        }

        public Task<IReadOnlyDictionary<int, BatchStart>> LockFreeAsync(IReadOnlyCollection<int> eventIds, IReadOnlyCollection<string> keys) => throw new NotSupportedException();

        public async Task<IReadOnlyList<long>> CommitAsync(IReadOnlyList<BatchPlan> plans, DateTime timestamp)
        {
            var plan = plans.Single();
            var eventId = plan.EventId;
            await using var insert = Command(
                """
                INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp, hold_seconds, status, expires_at, created_by) VALUES (@u, @e, @q, @k, @t, @h, @s, @x, @c) RETURNING id
                """,
                ("@u", 0), ("@e", eventId), ("@q", 0), ("@k", DBNull.Value), ("@t", timestamp), ("@h", DBNull.Value), ("@s", ""), ("@x", DBNull.Value), ("@c", DBNull.Value));
            var ids = new List<long>(plan.ToInsert.Count);
            var began = clock.GetTimestamp();
            foreach (var order in plan.ToInsert)
            {
                insert.Parameters["@u"].Value = order.UserId;
                insert.Parameters["@q"].Value = order.Quantity;
                insert.Parameters["@k"].Value = (object?)order.IdempotencyKey ?? DBNull.Value;
                insert.Parameters["@h"].Value = (object?)order.HoldSeconds ?? DBNull.Value;
                insert.Parameters["@s"].Value = order.Status.Name();
                insert.Parameters["@x"].Value = order.HoldSeconds is { } seconds ? plan.Now.AddSeconds(seconds) : DBNull.Value;
                insert.Parameters["@c"].Value = (object?)order.CreatedBy ?? DBNull.Value;
                ids.Add((long)(await insert.ExecuteScalarAsync())!);
            }

            metrics.QueryEnded("insert", "bookings", clock.GetElapsedTime(began));

            began = clock.GetTimestamp();
            await using var update = Command(
                "UPDATE bookings SET status = @s, expires_at = @x, changed_at = @t WHERE id = @id", ("@s", ""), ("@x", DBNull.Value), ("@t", timestamp), ("@id", 0L));
            foreach (var booking in plan.ToUpdate)
            {
                update.Parameters["@s"].Value = booking.Status.Name();
                update.Parameters["@x"].Value = (object?)booking.ExpiresAt ?? DBNull.Value;
                update.Parameters["@id"].Value = booking.Id;
                await update.ExecuteNonQueryAsync();
            }

            foreach (var entry in plan.Audit)
            {
                await using var audit = Command(
                    "INSERT INTO audit (at, action, event_id, booking_id, actor, before_it, after_it, trace_id) VALUES (@at, @action, @e, @b, @who, @was, @is, @t)",
                    ("@at", entry.At), ("@action", entry.Action.Name()), ("@e", entry.EventId!), ("@b", entry.BookingId!), ("@who", entry.Actor!), ("@was", entry.Before!), ("@is", entry.After!), ("@t", entry.TraceId));
                await audit.ExecuteNonQueryAsync();
            }

            var change = plan.Change;
            await using var take = Command(
                """
                UPDATE events
                SET available_tickets = available_tickets + @a, held_tickets = held_tickets + @h, bookings = bookings + @b, version = version + 1
                WHERE id = @e
                """,
                ("@a", change.Available), ("@h", change.Held), ("@b", change.Bookings), ("@e", eventId));
            await take.ExecuteNonQueryAsync();
            await _transaction!.CommitAsync();
            metrics.QueryEnded("update", "events", clock.GetElapsedTime(began));
            return ids;
        }

        /// <summary>Nothing to do: with its connection, a transaction is gone.</summary>
        public Task FenceAsync(int eventId) => Task.CompletedTask;

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

        private async Task AddBookingsAsync<T>(Dictionary<long, Booking> bookings, string condition, IReadOnlyCollection<T> values, int eventId, DateTime now)
            where T : notnull
        {
            if (values.Count == 0)
            {
                return;
            }

            await using var find = Command($"SELECT {BatchRows.BookingColumns} FROM bookings WHERE {condition}", ("@x", values.First()), ("@e", eventId), ("@now", now));
            foreach (var value in values)
            {
                find.Parameters["@x"].Value = value;
                await using var reader = await find.ExecuteReaderAsync();
                while (await reader.ReadAsync())
                {
                    bookings.TryAdd(reader.GetInt64(0), BatchRows.BookingIn(reader));
                }
            }
        }

        private async Task<(Stock Stock, long Consumer)?> StockOfAsync(int eventId)
        {
            await using var find = Command($"SELECT {BatchRows.StockColumns} FROM events WHERE id = @e", ("@e", eventId));
            await using var reader = await find.ExecuteReaderAsync();
            return await reader.ReadAsync() ? (BatchRows.StockIn(reader), BatchRows.ConsumerIn(reader)) : null;
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
