using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using MySqlConnector;
using Ticketing.Application.Telemetry;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;
using Ticketing.Infrastructure.Database.MariaDb;

namespace Ticketing.Infrastructure.Bookings.GroupCommit;

/// <summary>Batches on MariaDB: each round trip is one command with several statements.</summary>
internal sealed class MariaDbBatchDatabase(
    PooledConnections connections, MariaDbClock databaseClock, Deadline deadline, IOptions<DatabaseOptions> options, TicketingMetrics metrics, DatabaseCircuitBreaker breaker, TimeProvider clock)
    : IBatchDatabase
{
    public bool CanShareTransactions => true;

    public async Task<IBatchTransaction> OpenAsync()
    {
        try
        {
            return new Transaction(await connections.OpenAsync(), connections, databaseClock, deadline, options.Value.LockWaitSeconds, metrics, breaker, clock);
        }
        catch
        {
            metrics.ConnectionFailed();
            throw;
        }
    }

    private sealed class Transaction(
        MySqlConnection connection, PooledConnections connections, MariaDbClock databaseClock, Deadline deadline, int lockWaitTimeoutSeconds, TicketingMetrics metrics, DatabaseCircuitBreaker breaker, TimeProvider clock)
        : IBatchTransaction
    {
        /// <summary>Limits the scan, because the timestamp has no index. If the scan does not reach back to the batch, the outcome is unknown.</summary>
        private const int NewestBookings = 100_000;

        private const int RollbackTimeoutSeconds = 2;

        private const string SelectBookings = $"; SELECT {BatchRows.BookingColumns} FROM bookings WHERE ";

        /// <summary>The number of columns of a user's tickets.</summary>
        private const int OwnedWidth = 2;

        private static readonly SearchValues<char> _plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -_.:");

        private static readonly Dictionary<int, int> _nothingOwned = [];

        private bool _hasBegun;

        public async Task<BatchStart?> LockAsync(int eventId, BatchReads reads, TimeSpan patience)
        {
            var seconds = Math.Clamp((int)Math.Round(patience.TotalSeconds), 0, lockWaitTimeoutSeconds); // 0: only if the row is free
            await using var command = connection.CreateCommand();
            var sql = new StringBuilder(256 + (reads.Keys.Count * 6) + (reads.Ids.Count * 8) + (reads.Users.Count * 8)).Append(
                CultureInfo.InvariantCulture,
                $"{(_hasBegun ? "" : $"{MariaDbErrors.Begin}; ")}SELECT {BatchRows.StockColumns}, {databaseClock.Now} FROM events WHERE id = {eventId} FOR UPDATE WAIT {seconds}");
            AddKeys(sql, command, reads.Keys);
            if (reads.Ids.Count > 0)
            {
                sql.Append(SelectBookings).Append("id IN (").AppendJoin(',', reads.Ids).Append(')');
            }

            if (reads.MaxDue > 0)
            {
                // For an event whose sale has just begun, the optimizer would take the index of the event, because of statistics that are from before.
                sql.Append(
                    CultureInfo.InvariantCulture, $"; SELECT {BatchRows.BookingColumns} FROM bookings FORCE INDEX (ix_bookings_due) WHERE expires_at <= {databaseClock.StatementBegan} AND event_id = {eventId} ORDER BY expires_at LIMIT {reads.MaxDue}");
            }

            if (reads.Users.Count > 0)
            {
                // The optimizer must not estimate each user's rows, which takes as long as reading them. With the status in the condition, it may read the
                // whole event; QueryPlanTests watches that.
                sql.Append("; SET STATEMENT eq_range_index_dive_limit = 1 FOR SELECT user_id, CAST(SUM(IF(status IN ('held', 'confirmed'), quantity, 0)) AS INT) FROM bookings ")
                    .Append(CultureInfo.InvariantCulture, $"WHERE event_id = {eventId} AND user_id IN (").AppendJoin(',', reads.Users).Append(") GROUP BY user_id");
            }

            command.CommandText = sql.ToString();
            await using var reader = await ReadLockedAsync(command);
            var found = await reader.ReadAsync();
            var stock = found ? BatchRows.StockIn(reader) : null;
            var consumer = found ? BatchRows.ConsumerIn(reader) : 0;
            var now = found ? DateTime.SpecifyKind(reader.GetDateTime(BatchRows.StockWidth), DateTimeKind.Utc) : default;
            var bookings = new Dictionary<long, Booking>();
            var owned = new Dictionary<int, int>();
            while (await reader.NextResultAsync())
            {
                while (await reader.ReadAsync())
                {
                    if (reader.FieldCount == OwnedWidth)
                    {
                        owned.Add(reader.GetInt32(0), reader.GetInt32(1));
                    }
                    else
                    {
                        bookings.TryAdd(reader.GetInt64(0), BatchRows.BookingIn(reader));
                    }
                }
            }

            return stock is null ? null : new(stock, now, bookings, owned, consumer);
        }

        public async Task<IReadOnlyDictionary<int, BatchStart>> LockFreeAsync(IReadOnlyCollection<int> eventIds, IReadOnlyCollection<string> keys)
        {
            await using var command = connection.CreateCommand();
            var sql = new StringBuilder(256 + (eventIds.Count * 8) + (keys.Count * 32))
                .Append(CultureInfo.InvariantCulture, $"{MariaDbErrors.Begin}; SELECT {BatchRows.StockColumns}, {databaseClock.Now}, id FROM events FORCE INDEX (PRIMARY) WHERE id IN (")
                .AppendJoin(',', eventIds).Append(") FOR UPDATE SKIP LOCKED");
            AddKeys(sql, command, keys);
            command.CommandText = sql.ToString();
            await using var reader = await ReadLockedAsync(command);
            var bookings = new Dictionary<long, Booking>();
            var starts = new Dictionary<int, BatchStart>(eventIds.Count);
            while (await reader.ReadAsync())
            {
                var now = DateTime.SpecifyKind(reader.GetDateTime(BatchRows.StockWidth), DateTimeKind.Utc);
                starts.Add(reader.GetInt32(BatchRows.StockWidth + 1), new(BatchRows.StockIn(reader), now, bookings, _nothingOwned, BatchRows.ConsumerIn(reader)));
            }

            await reader.NextResultAsync();
            while (await reader.ReadAsync())
            {
                bookings.TryAdd(reader.GetInt64(0), BatchRows.BookingIn(reader));
            }

            return starts;
        }

        public async Task<IReadOnlyList<long>> CommitAsync(IReadOnlyList<BatchPlan> plans, DateTime timestamp)
        {
            await using var command = connection.CreateCommand();
            var inserts = plans.Sum(plan => plan.ToInsert.Count);
            var sql = new StringBuilder(256 * plans.Count + (inserts * 64));
            AddInsert(sql, command, plans, timestamp);

            // A Galera node that ends the transaction between two of these statements may not say so, and goes on with the next. So each of them asks whether what was
            // written before it is still there, and the last one, whether it was committed.
            var isThere = inserts > 0 ? $"EXISTS (SELECT 1 FROM bookings WHERE id = LAST_INSERT_ID() AND timestamp = {Literal(timestamp)})" : null;
            foreach (var plan in plans)
            {
                foreach (var same in plan.ToUpdate.GroupBy(booking => (booking.Status, booking.ExpiresAt)))
                {
                    // Nobody else has changed them since they were read: every change needs the lock on the event.
                    sql.Append(CultureInfo.InvariantCulture, $"UPDATE bookings SET status = '{same.Key.Status.Name()}', expires_at = {Literal(same.Key.ExpiresAt)}, changed_at = {Literal(timestamp)} WHERE ")
                        .Append(isThere is null ? "" : $"{isThere} AND ")
                        .Append("id IN (").AppendJoin(',', same.Select(booking => booking.Id)).Append("); ");
                    isThere = string.Create(CultureInfo.InvariantCulture, $"EXISTS (SELECT 1 FROM bookings WHERE id = {same.First().Id} AND changed_at = {Literal(timestamp)})");
                }

                AddAudit(sql, command, plan.Audit, isThere); // only changes are audited
            }

            // No "AND available_tickets >= …" on the UPDATE: if it did not match, the COMMIT after it would still run. The CHECK constraints of the
            // table raise an error instead, which ends the text before its COMMIT. Of a thousand events, most sell one ticket in a batch: they share a statement.
            // By the primary key: of a long list, the optimizer would read the whole table instead, and wait for rows that others hold.
            foreach (var same in plans.GroupBy(plan => plan.Change, plan => plan.EventId))
            {
                sql.Append(
                    CultureInfo.InvariantCulture,
                    $"UPDATE events FORCE INDEX (PRIMARY) SET available_tickets = available_tickets + {same.Key.Available}, held_tickets = held_tickets + {same.Key.Held}, bookings = bookings + {same.Key.Bookings}, version = version + 1 WHERE id IN (")
                    .AppendJoin(',', same).Append(CultureInfo.InvariantCulture, $") AND {isThere}; ");
            }

            sql.Append(CultureInfo.InvariantCulture, $"COMMIT{MariaDbErrors.After}; SELECT {isThere}");
            command.CommandText = sql.ToString();

            var ids = new List<long>(inserts);
            var began = clock.GetTimestamp();
            await using (var reader = await ReadAsync(command))
            {
                if (inserts > 0)
                {
                    metrics.QueryEnded("insert", "bookings", clock.GetElapsedTime(began));
                    while (await reader.ReadAsync())
                    {
                        ids.Add(reader.GetInt64(0));
                    }

                    began = clock.GetTimestamp();
                    await reader.NextResultAsync(); // errors of later statements appear only when their results are read
                }

                // Whether the COMMIT had anything to commit, see OrderTransactions.
                var wasCommitted = await reader.ReadAsync() && reader.GetInt64(0) == 1;
                metrics.QueryEnded("update", "events", clock.GetElapsedTime(began));
                _hasBegun = false;
                if (!wasCommitted)
                {
                    throw new TransactionLostException();
                }
            }

            // Ids are assigned in the order of VALUES; RETURNING does not guarantee that order.
            ids.Sort();
            return ids;
        }

        private static void AddKeys(StringBuilder sql, MySqlCommand command, IReadOnlyCollection<string> keys)
        {
            if (keys.Count > 0)
            {
                sql.Append(SelectBookings).Append("idempotency_key IN (").AppendJoin(',', keys.Select(key => TextIn(command, key))).Append(')');
            }
        }

        private static void AddInsert(StringBuilder sql, MySqlCommand command, IReadOnlyList<BatchPlan> plans, DateTime timestamp)
        {
            var orders = plans.SelectMany(plan => plan.ToInsert);
            if (!orders.Any())
            {
                return;
            }

            // Without a hold or a caller, the defaults serve, and the text is shorter.
            var holds = orders.Any(order => order.HoldSeconds is not null);
            var callers = orders.Any(order => order.CreatedBy is not null) ? new Dictionary<string, string>(StringComparer.Ordinal) : null;
            sql.Append("INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp").Append(holds ? ", hold_seconds, status, expires_at" : "").Append(callers is null ? "" : ", created_by").Append(") VALUES ");
            var time = Literal(timestamp); // a parameter would be expanded for each row
            var separator = "";
            foreach (var plan in plans)
            {
                foreach (var order in plan.ToInsert)
                {
                    sql.Append(CultureInfo.InvariantCulture, $"{separator}({order.UserId},{plan.EventId},{order.Quantity},")
                        .Append(order.IdempotencyKey is { } key ? TextIn(command, key) : "NULL")
                        .Append(',').Append(time);
                    separator = ",";
                    if (holds)
                    {
                        sql.Append(order.HoldSeconds is { } seconds
                            ? string.Create(CultureInfo.InvariantCulture, $",{seconds},'held',{Literal(plan.Now.AddSeconds(seconds))}")
                            : ",NULL,'confirmed',NULL");
                    }

                    if (callers is not null)
                    {
                        sql.Append(',').Append(order.CreatedBy is { } caller ? CallerIn(command, callers, caller) : "NULL");
                    }

                    sql.Append(')');
                }
            }

            sql.Append(" RETURNING id; ");
        }

        /// <summary>One parameter for each caller, who may have a whole batch.</summary>
        private static string CallerIn(MySqlCommand command, Dictionary<string, string> callers, string caller)
        {
            if (!callers.TryGetValue(caller, out var name))
            {
                callers[caller] = name = TextIn(command, caller);
            }

            return name;
        }

        private static void AddAudit(StringBuilder sql, MySqlCommand command, IReadOnlyList<AuditEntry> entries, string? condition)
        {
            foreach (var entry in entries)
            {
                sql.Append(CultureInfo.InvariantCulture, $"INSERT INTO audit (at, action, event_id, booking_id, actor, before_it, after_it, trace_id) SELECT {Literal(entry.At)},'{entry.Action.Name()}',{entry.EventId},{entry.BookingId},")
                    .AppendJoin(',', TextIn(command, entry.Actor!), TextIn(command, entry.Before!), TextIn(command, entry.After!), TextIn(command, entry.TraceId))
                    .Append(CultureInfo.InvariantCulture, $" FROM DUAL WHERE {condition}; ");
            }
        }

        private static string Literal(DateTime? time) => time is null ? "NULL" : string.Create(CultureInfo.InvariantCulture, $"'{time:yyyy-MM-dd HH:mm:ss.ffffff}'");

        public async Task FenceAsync(int eventId)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE events SET version = version + 1 WHERE id = @e";
            command.Parameters.AddWithValue("@e", eventId);
            await using var reader = await ReadAsync(command);
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
                    await using var rollback = new MySqlCommand(Deadline.Rollback + MariaDbErrors.After, connection) { CommandTimeout = RollbackTimeoutSeconds };
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

        /// <summary>Reads what a text begins with that locks rows.</summary>
        private async Task<MySqlDataReader> ReadLockedAsync(MySqlCommand command)
        {
            _hasBegun = true;
            var began = clock.GetTimestamp();
            var reader = await ReadAsync(command);
            metrics.QueryEnded("select", "events", clock.GetElapsedTime(began));
            connections.LastSuccess.Report();
            breaker.LastSuccess.Report();
            return reader;
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

        /// <summary>A text as it is, where no character of it could end it, and otherwise as a parameter, which costs more.</summary>
        private static string TextIn(MySqlCommand command, string text)
        {
            if (!text.AsSpan().ContainsAnyExcept(_plain))
            {
                return $"'{text}'";
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"@p{command.Parameters.Count}");
            command.Parameters.AddWithValue(name, text);
            return name;
        }
    }
}
